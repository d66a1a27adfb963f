import { applyDefaults, decodeValue } from "../machinery/decode.ts";
import { dnsLabel, dnsLabel1035, dnsSubdomain, type FormatCheck, pathSegment } from "../machinery/formats.ts";
import type { Issue } from "../machinery/issue.ts";
import type { MutableJsonObject } from "../machinery/json.ts";
import { applyJsonPatch, readJsonPatch } from "../machinery/patch/json-patch.ts";
import { metadataIssues } from "../machinery/metadata.ts";
import type { KubeObject } from "../machinery/object.ts";
import { invalidError, type Status } from "../machinery/status.ts";
import { canonicalAddress } from "./addresses.ts";
import type { Kind, NameRule, RuleContext } from "./kind.ts";
import { builtInKinds } from "./kinds.ts";

/** What becomes of an object by the declaration of its kind alone: no admission, no storage. For tests. */
export type Answer = Status | MutableJsonObject;

const kinds = new Map(builtInKinds().map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]));
const CONTEXT: RuleContext = {
  nowMs: Date.UTC(2026, 0, 1),
  newUid: () => "00000000-0000-4000-8000-000000000000",
  subresource: "",
  warn() {},
};
const NAME_CHECKS: Readonly<Record<NameRule, FormatCheck>> = {
  "dns-subdomain": dnsSubdomain,
  "dns-label": dnsLabel,
  "dns-label-1035": dnsLabel1035,
  "path-segment": pathSegment,
  "ip-address": canonicalAddress,
};

export function kindOf({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): Kind {
  return kinds.get(`${apiVersion} ${kind}`)!;
}

/** A body as the server takes it in: decoded, defaulted, in the namespace `default`. */
export function decoded(body: unknown): MutableJsonObject {
  const kind = kindOf(body as KubeObject);
  const object = decodeValue(kind.shape, body).value as MutableJsonObject;
  object["apiVersion"] = kind.apiVersion;
  object["kind"] = kind.kind;
  kind.default?.(object);
  applyDefaults(kind.shape, object);
  for (const [path, value] of Object.entries(kind.defaults)) setIfAbsent(object, path.split("."), value);
  if (kind.namespaced) (object["metadata"] as MutableJsonObject)["namespace"] ??= "default";
  return object;
}

/** The object that a creation makes, or what is wrong with it. */
export function created(body: unknown): Answer {
  const kind = kindOf(body as KubeObject);
  const object = decoded(body);
  const status = kind.shape.fields["status"];
  const hasStatus = kind.subresources.some(({ name }) => name === "status");
  if (hasStatus && status !== undefined && kind.keepsStatusOnCreate !== true) {
    delete object["status"];
    if (!status.pointer) object["status"] = decodeValue(status.shape, {}).value;
  }
  kind.dropClosed?.(object);
  kind.prepareForCreate?.(object, CONTEXT);
  const { metadata } = object as unknown as KubeObject;
  const name = NAME_CHECKS[kind.nameRule ?? "dns-subdomain"];
  return answer(kind, object, [
    ...metadataIssues(metadata, { namespaced: kind.namespaced, name }),
    ...(kind.validate?.(object as unknown as KubeObject, CONTEXT) ?? []),
  ]);
}

/** The object that a JSON patch makes of a new one, or what is wrong with the change. */
export function changed(oldBody: unknown, patch: unknown, subresource: string): Answer {
  const kind = kindOf(oldBody as KubeObject);
  const context = { ...CONTEXT, subresource };
  const old = stored(created(oldBody) as MutableJsonObject);
  const object = decoded(applyJsonPatch(old, readJsonPatch(patch)));
  const hasStatus = kind.subresources.some(({ name }) => name === "status");
  for (const name of new Set([...Object.keys(old), ...Object.keys(object)])) {
    if (name === "metadata") continue;
    const writable =
      subresource === "status" ? name === "status" : !hasStatus || name !== "status" || subresource !== "";
    if (writable) continue;
    if (old[name] === undefined) delete object[name];
    else object[name] = structuredClone(old[name]);
  }
  const [next, before] = [object, old] as unknown as readonly [KubeObject, KubeObject];
  kind.dropClosed?.(object);
  kind.prepareForUpdate?.(object, before, context);
  if (subresource === "status") {
    return answer(kind, object, [...(kind.validateStatusUpdate?.(next, before, context) ?? [])]);
  }
  return answer(kind, object, [
    ...(kind.validate?.(next, context) ?? []),
    ...(kind.validateUpdate?.(next, before, context) ?? []),
  ]);
}

function stored(object: MutableJsonObject): MutableJsonObject {
  Object.assign(object["metadata"] as MutableJsonObject, { uid: "uid", resourceVersion: "1" });
  return object;
}

function answer(kind: Kind, object: MutableJsonObject, issues: readonly Issue[]): Answer {
  if (issues.length === 0) return object;
  const { name = "" } = (object as unknown as KubeObject).metadata;
  return invalidError({ group: (kind.view?.of ?? kind).group, name: kind.kind }, name, issues).status;
}

function setIfAbsent(object: MutableJsonObject, [name, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) object[name!] ??= structuredClone(value) as MutableJsonObject;
  else if (typeof object[name!] === "object") setIfAbsent(object[name!] as MutableJsonObject, rest, value);
}
