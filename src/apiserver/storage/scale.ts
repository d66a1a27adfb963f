import type { Kind } from "../../api/kind.ts";
import type { Scale } from "../../api/generated/autoscaling-v1.ts";
import { dnsSubdomain } from "../../machinery/formats.ts";
import { invalid } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { formatSelector, selectorFromLabels, selectorOf } from "../../machinery/labels.ts";
import type { KubeObject, LabelSelector } from "../../machinery/object.ts";
import { metadataIssues } from "../../machinery/metadata.ts";
import { ownersAfterScale, type Scaled, scaleOwners } from "../../machinery/ownership/scale.ts";
import { badRequest, conflictError, internalError, invalidError, notFoundError } from "../../machinery/status.ts";
import { derivedOperation, objectOutcome, type Operation, type Outcome } from "../operation.ts";
import { findEntry, resourceOf, type StorageContext } from "./context.ts";
import { metadataOf } from "./create.ts";
import { ownedOnUpdate, setManagedFields } from "./ownership.ts";
import { CUSTOM_SCALE, SCALE } from "./part-kinds.ts";
import { patching } from "./patch.ts";
import { checkRevision, checkUid, modify, namedBody } from "./update.ts";
import { prepareViews, viewEntry } from "./view.ts";

/** The scale subresource: the one number of a kind that counts, read and written in one form for all kinds that have it. */
export async function scaleObject(context: StorageContext, operation: Operation): Promise<Outcome> {
  const { kind, name = "" } = operation;
  if (operation.verb === "get") {
    const entry = findEntry(context, operation);
    if (entry === undefined) throw notFoundError(resourceOf(kind), name);
    if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
    return scaleOutcome(kind, viewEntry(kind, entry).value);
  }
  const asScale = derivedOperation(operation, { kind: scaleKindOf(kind) });
  const change = operation.verb === "patch" ? patching(context, asScale) : putting(context, asScale, operation);
  const outcome = await modify(context, operation, (live) => {
    const old = ownedScale(kind, live);
    const { object: scale, manage, resourceVersion } = change(old);
    manage(scale, old);
    const { metadata, spec } = scale as unknown as Scale;
    if (kind.custom === undefined) checkScale(kind, { metadata, spec }, live);
    else if (spec.replicas === NOT_THERE) {
      throw badRequest(`the spec replicas field ".${kind.scale!.replicas}" cannot be empty`);
    }
    if (resourceVersion !== "") checkRevision(kind, { resourceVersion }, live);
    const object = structuredClone(live) as unknown as MutableJsonObject;
    setNumber(object, kind.scale!.replicas, spec.replicas ?? 0);
    const { managedFields = [] } = metadataOf(scale);
    const owners = () => ownersAfterScale(scaledBy(kind), live.metadata.managedFields ?? [], managedFields);
    return { object, manage: (next) => setManagedFields(next, owners()) };
  });
  return scaleOutcome(kind, outcome.object);
}

/** @param whole the operation upon what is scaled */
function putting(context: StorageContext, operation: Operation, whole: Operation): ReturnType<typeof patching> {
  const body = namedBody(operation);
  return (live) => {
    checkUid(whole, metadataOf(body), live.metadata);
    const object = structuredClone(body);
    const { resourceVersion = "" } = metadataOf(object);
    return { object, resourceVersion, manage: (next) => ownedOnUpdate(context, operation, live, next) };
  };
}

/** The scale with those who own its number. */
function ownedScale(kind: Kind, live: KubeObject): KubeObject {
  const scale = scaleOf(kind, live, NOT_THERE) as unknown as KubeObject;
  const managedFields = scaleOwners(scaledBy(kind), live.metadata.managedFields ?? []);
  return managedFields.length === 0 ? scale : { ...scale, metadata: { ...scale.metadata, managedFields } };
}

function scaledBy({ apiVersion, scale }: Kind): Scaled {
  return { apiVersion, replicas: scale!.replicas };
}

/** A custom kind has rules of its own for its number. */
function checkScale(kind: Kind, { spec, metadata }: Pick<Scale, "spec" | "metadata">, live: KubeObject): void {
  const { name, uid } = live.metadata;
  const issues = [...metadataIssues(metadata, METADATA)];
  if ((spec.replicas ?? 0) < 0) {
    issues.push(invalid("spec.replicas", spec.replicas, "must be greater than or equal to 0"));
  }
  if (issues.length > 0) throw invalidError({ group: "autoscaling", name: "Scale" }, name, issues);
  if ((metadata.uid ?? "") !== "" && metadata.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    throw conflictError({ group: kind.group, name: `${kind.plural}/scale` }, name, why);
  }
}

/** Of whatever is scaled, the scale itself has a namespace and a plain name. */
const METADATA = { namespaced: true, name: dnsSubdomain, anyFinalizer: false };

function scaleOutcome(kind: Kind, object: KubeObject): Outcome {
  return objectOutcome(scaleKindOf(kind), scaleOf(kind, object) as unknown as KubeObject);
}

function scaleKindOf({ custom }: Kind): Kind {
  return custom === undefined ? SCALE : CUSTOM_SCALE;
}

/** Kubernetes' number for one that a custom object does not have yet: it can be given one, and not be left without. */
const NOT_THERE = -(2 ** 31);

/** @param missing what a custom object has that has no number @throws {StatusError} 500 where nothing is given for it */
function scaleOf(kind: Kind, object: KubeObject, missing?: number): Scale {
  const { replicas, statusReplicas, selector } = kind.scale!;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const own = valueAt(object, replicas) as number | undefined;
  const wanted = own ?? (kind.custom === undefined ? undefined : missing);
  if (wanted === undefined && kind.custom !== undefined) {
    throw internalError(new Error(`the spec replicas field ".${replicas}" does not exist`));
  }
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: wanted === undefined || wanted === 0 ? {} : { replicas: wanted },
    status: {
      replicas: (valueAt(object, statusReplicas) as number | undefined) ?? 0,
      ...selectorText(valueAt(object, selector)),
    },
  } as Scale;
}

/** Custom kinds have the text itself. */
function selectorText(selector: unknown): { readonly selector?: string } {
  if (typeof selector === "string" && selector !== "") return { selector };
  if (typeof selector !== "object" || selector === null) return {};
  const labelled = "matchLabels" in selector || "matchExpressions" in selector;
  const parsed = labelled
    ? selectorOf(selector as LabelSelector)
    : selectorFromLabels(selector as Record<string, string>);
  return { selector: formatSelector(parsed) };
}

function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[name];
  return value;
}

function setNumber(object: MutableJsonObject, path: string, value: number): void {
  const names = path.split(".");
  const last = names.pop()!;
  let target = object;
  for (const name of names) target = (target[name] ??= {}) as MutableJsonObject;
  target[last] = value;
}
