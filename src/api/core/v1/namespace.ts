import { qualifiedName } from "../../../machinery/formats.ts";
import { invalid } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { Namespace as StoredNamespace } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Namespace = StoredNamespace;

export const Namespace: Kind<Namespace> = defineKind(facts.core.v1.Namespace, {
  metadataChecks: { update: ["whole", "change"], finalize: ["change"] },
  answersDeleted: true,
  nameRule: "dns-label",
  resets: { finalize: ["status"] },
  fields: {
    "status.phase": ({ status }) => status.phase ?? "",
  },
  columns: [
    {
      name: "Status",
      type: "string",
      description: "The status of the namespace",
      value: ({ status }) => status.phase ?? "",
    },
    age,
  ],
  default: (object) => labelWithName(object as unknown as Mutable<Namespace>),
  prepareForCreate(object) {
    const namespace = object as unknown as Mutable<Namespace>;
    labelWithName(namespace);
    namespace.status = { phase: "Active" };
    const finalizers = (namespace.spec.finalizers ??= []);
    if (!finalizers.includes("kubernetes")) finalizers.push("kubernetes");
  },
  held: ({ spec }) => (spec.finalizers?.length ?? 0) > 0,
  markDeleted(object) {
    (object as unknown as Mutable<Namespace>).status.phase = "Terminating";
  },
  prepareForUpdate(object, old, { subresource }) {
    const namespace = object as unknown as Mutable<Namespace>;
    labelWithName(namespace);
    if (subresource === "finalize") return;
    // Finalizers go by the subresource alone.
    const { finalizers, ...spec } = namespace.spec;
    namespace.spec = old.spec.finalizers === undefined ? spec : { ...spec, finalizers: [...old.spec.finalizers] };
  },
  validate({ spec }, { subresource }) {
    const issues: Issues = [];
    // Only who sets them alone is told which one is wrong.
    const placeOf = (index: number) => (subresource === "finalize" ? `spec.finalizers[${index}]` : "spec.finalizers");
    for (const [index, name] of (spec.finalizers ?? []).entries()) checkFinalizer(name, placeOf(index), issues);
    return issues;
  },
  validateStatusUpdate({ metadata, status }) {
    const wanted = metadata.deletionTimestamp === undefined ? "Active" : "Terminating";
    if (status.phase === wanted) return [];
    const when = wanted === "Active" ? "empty" : "not empty";
    const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`;
    return [invalid("status.Phase", status.phase ?? "", detail)];
  },
});

const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

function checkFinalizer(name: string, at: string, issues: Issues): void {
  checkFormat(name, at, qualifiedName, issues);
  if (name.includes("/") || STANDARD_FINALIZERS.includes(name)) return;
  issues.push(invalid(at, name, "name is neither a standard finalizer name nor is it fully qualified"));
}

/** Every namespace can be selected by its name, as by any label. A name that is still to be generated has to wait. */
function labelWithName({ metadata }: Mutable<Namespace>): void {
  if (metadata.name) (metadata.labels ??= {})["kubernetes.io/metadata.name"] = metadata.name;
}
