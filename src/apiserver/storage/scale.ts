import { defineKind, type Kind } from "../../api/kind.ts";
import type { Scale } from "../../api/generated/autoscaling-v1.ts";
import { shapes } from "../../api/generated/shapes.ts";
import { invalid } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { formatSelector, selectorFromLabels, selectorOf } from "../../machinery/labels.ts";
import type { KubeObject, LabelSelector } from "../../machinery/object.ts";
import { applyJsonPatch, readJsonPatch } from "../../machinery/patch/json-patch.ts";
import { mergePatch } from "../../machinery/patch/merge-patch.ts";
import { strategicMergePatch } from "../../machinery/patch/strategic.ts";
import { badRequest, internalError, invalidError, notFoundError } from "../../machinery/status.ts";
import { objectOutcome, type Operation, type Outcome } from "../operation.ts";
import { findEntry, resourceOf, type StorageContext } from "./context.ts";
import { decodeObject } from "./decode-body.ts";
import { setManagedFields } from "./ownership.ts";
import { checkRevision, type Modification, modify, replacing } from "./update.ts";
import { prepareViews, viewEntry } from "./view.ts";

const SCALE = shapes("io.k8s.api.autoscaling.v1.Scale");

/** The scale subresource: the one number of a kind that counts, read and written in one form for all kinds that have it. */
export async function scaleObject(context: StorageContext, operation: Operation): Promise<Outcome> {
  const { kind, name = "" } = operation;
  if (operation.verb === "get") {
    const entry = findEntry(context, operation);
    if (entry === undefined) throw notFoundError(resourceOf(kind), name);
    if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
    return scaleOutcome(kind, viewEntry(kind, entry).value);
  }
  const outcome = await modify(context, operation, (live) => {
    const scale = wantedScale(operation, scaleOf(kind, live));
    checkScale(kind, scale, live);
    const object = structuredClone(live) as unknown as MutableJsonObject;
    setNumber(object, kind.scale!.replicas, scale.spec.replicas ?? 0);
    const modification = replacing(context, operation, object as unknown as KubeObject);
    return (scale.spec.replicas ?? 0) === 0 ? { ...modification, manage: unowned(modification.manage) } : modification;
  });
  return scaleOutcome(kind, outcome.object);
}

/** A scale of zero has no number in it that anyone could own. */
function unowned(manage: Modification["manage"]): Modification["manage"] {
  return (object, live) => {
    manage(object, live);
    const entries = (object as unknown as KubeObject).metadata.managedFields ?? [];
    setManagedFields(
      object,
      entries.filter(({ subresource }) => subresource !== "scale"),
    );
  };
}

function wantedScale(operation: Operation, present: Scale): Scale {
  const { verb, patchType, body, bodyText } = operation;
  let written: unknown = body;
  if (verb === "patch") {
    if (patchType === "application/json-patch+json") written = applyJsonPatch(present, readJsonPatch(body, bodyText));
    else if (patchType === "application/strategic-merge-patch+json")
      written = strategicMergePatch(SCALE, present, body);
    else written = mergePatch(present, body);
  }
  return decodeObject(operation, SCALE_KIND, written) as unknown as Scale;
}

function checkScale(kind: Kind, { spec, metadata }: Scale, live: KubeObject): void {
  const name = live.metadata.name;
  const scaleKind = { group: "autoscaling", name: "Scale" };
  if ((spec.replicas ?? 0) < 0) {
    throw invalidError(scaleKind, name, [
      invalid("spec.replicas", spec.replicas, "must be greater than or equal to 0"),
    ]);
  }
  if ((metadata?.name ?? name) !== name) {
    throw badRequest(`the name of the object (${metadata!.name}) does not match the name on the URL (${name})`);
  }
  checkRevision(kind, metadata ?? {}, live);
}

function scaleOutcome(kind: Kind, object: KubeObject): Outcome {
  return objectOutcome(SCALE_KIND, scaleOf(kind, object) as unknown as KubeObject);
}

/** The kind that the answers are, whatever they scale. */
const SCALE_KIND = defineKind({
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  singular: "scale",
  listKind: "ScaleList",
  namespaced: true,
  verbs: [],
  shortNames: [],
  categories: [],
  subresources: [],
  shape: SCALE as Kind["shape"],
  defaults: {},
});

function scaleOf(kind: Kind, object: KubeObject): Scale {
  const { replicas, statusReplicas, selector } = kind.scale!;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const wanted = valueAt(object, replicas) as number | undefined;
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
