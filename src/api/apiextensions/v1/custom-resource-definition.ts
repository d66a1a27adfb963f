import { setCondition } from "../../../machinery/conditions.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import type { CustomResourceDefinition as StoredDefinition } from "../../generated/apiextensions-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkDefinition, checkDefinitionStatus, checkDefinitionUpdate, checkName } from "./definition-validation.ts";
import { definitionWarnings } from "./definition-warnings.ts";

export type CustomResourceDefinition = StoredDefinition;

/** Keeps a definition until all its objects are gone. */
export const CLEANUP_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";

export const CustomResourceDefinition: Kind<CustomResourceDefinition> = defineKind(
  facts.apiextensions.v1.CustomResourceDefinition,
  {
    desired: ({ spec }) => spec,
    allowsUnconditionalUpdate: false,
    anyFinalizer: true,
    default(object) {
      const { spec, status } = object as unknown as Mutable<CustomResourceDefinition>;
      const names = spec.names as Mutable<typeof spec.names>;
      const { kind = "" } = names;
      if ((names.singular ?? "") === "" && kind !== "") names.singular = kind.toLowerCase();
      if ((names.listKind ?? "") === "" && kind !== "") names.listKind = `${kind}List`;
      spec.conversion ??= { strategy: "None" };
      dropEmptyWebhook(spec.conversion);
      if ((status?.storedVersions?.length ?? 0) === 0) keepStorageVersion(object as never);
    },
    prepareForCreate: (object) => keepStorageVersion(object as never),
    prepareForUpdate(object, old, { subresource }) {
      if (subresource !== "status") keepStorageVersion(object as never, old.status.storedVersions ?? []);
    },
    validate(definition) {
      return [...checkName(definition), ...checkDefinition(definition)];
    },
    warnings: definitionWarnings,
    validateUpdate: checkDefinitionUpdate,
    validateStatusUpdate: checkDefinitionStatus,
    held: ({ metadata }) => metadata.deletionTimestamp === undefined,
    markDeleted(object) {
      const definition = object as unknown as Mutable<CustomResourceDefinition>;
      const finalizers = definition.metadata.finalizers ?? [];
      if (!finalizers.includes(CLEANUP_FINALIZER)) definition.metadata.finalizers = [...finalizers, CLEANUP_FINALIZER];
      const status = definition.status as Mutable<CustomResourceDefinition["status"]>;
      status.conditions = setCondition(status.conditions, {
        type: "Terminating",
        status: "True",
        lastTransitionTime: definition.metadata.deletionTimestamp ?? formatTime(0),
        reason: "InstanceDeletionPending",
        message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
      });
    },
  },
);

/** Of a webhook Kubernetes holds what is in it, and not that it is there. */
function dropEmptyWebhook(conversion: Mutable<CustomResourceDefinition["spec"]["conversion"]>): void {
  const { clientConfig, conversionReviewVersions = null } = conversion.webhook ?? {};
  if (clientConfig === undefined && conversionReviewVersions === null) delete conversion.webhook;
}

type Condition = NonNullable<CustomResourceDefinition["status"]["conditions"]>[number];

export function conditionOf({ status }: CustomResourceDefinition, type: string): Condition | undefined {
  return status.conditions?.find((each) => each.type === type);
}

/** A version in which objects were ever stored stays in the status until they are all written anew. */
function keepStorageVersion(definition: Mutable<CustomResourceDefinition>, stored: readonly string[] = []): void {
  const storage = definition.spec.versions?.find((version) => version.storage)?.name;
  const status = (definition.status ??= {} as never) as Mutable<CustomResourceDefinition["status"]>;
  status.conditions ??= null;
  status.acceptedNames ??= { plural: "", kind: "" };
  status.storedVersions = storage === undefined || stored.includes(storage) ? [...stored] : [...stored, storage];
  if (status.storedVersions.length === 0) status.storedVersions = null;
}
