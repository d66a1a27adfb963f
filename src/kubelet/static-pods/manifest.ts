import { parseDocument } from "yaml";
import { usedKind } from "../../apiserver/admission/node-restriction/pods.ts";
import { defaultObject } from "../../apiserver/storage/decode-body.ts";
import { metadataRules } from "../../apiserver/storage/create.ts";
import type { Pod } from "../../api/generated/core-v1.ts";
import { sha256 } from "../../base/sha256.ts";
import { decodeValue } from "../../machinery/decode.ts";
import { sortedGoJson } from "../../machinery/go-json.ts";
import type { Issue } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { metadataIssues, nameIssues } from "../../machinery/metadata.ts";
import type { Mutable } from "../../machinery/object.ts";
import { invalidError } from "../../machinery/status.ts";
import { formatMicroTime } from "../../machinery/time.ts";
import { PodKind } from "../kinds.ts";
import { HASH, MIRROR, SEEN, SOURCE } from "./annotations.ts";

export interface ManifestOrigin {
  readonly path: string;
  readonly nodeName: string;
  /** When the file was read, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * The static pod of a file, of YAML or JSON: defaulted and checked as the API does it, and named after its node. Of a file
 * of several documents Kubernetes reads the first, and it takes no lists.
 * @throws {Error} with a sentence that says what is wrong with the file
 */
export function staticPod(text: string, origin: ManifestOrigin): Pod {
  const pod = decoded(parsed(text));
  // What the API keeps, and a file cannot say.
  const { resourceVersion: _version, deletionTimestamp: _deletion, ...given } = pod.metadata;
  const metadata = (pod.metadata = given as typeof pod.metadata);
  const { spec } = pod;
  if ((metadata.name ?? "") === "") throw new Error("invalid pod: name is needed for the pod");
  if ((metadata.uid ?? "") === "") metadata.uid = hashOf(pod, origin);
  metadata.name = `${metadata.name}-${origin.nodeName.toLowerCase()}`;
  if ((metadata.namespace ?? "") === "") metadata.namespace = "default";
  const { [MIRROR]: _mirror, ...annotations } = metadata.annotations ?? {};
  const seen = formatMicroTime(origin.nowMs);
  metadata.annotations = { ...annotations, [HASH]: metadata.uid, [SEEN]: seen, [SOURCE]: "file" };
  spec.nodeName = origin.nodeName;
  // Nothing that befalls the node drives it away: there is no other node that it could go to.
  spec.tolerations = [...(spec.tolerations ?? []).filter(isNotOurs), { operator: "Exists", effect: "NoExecute" }];
  pod.status = { phase: "Pending" };
  const issues = [...issuesOf(pod, origin)];
  if (issues.length > 0) throw invalidError({ group: "", name: "Pod" }, metadata.name, issues);
  const used = usedKind(pod);
  if (used !== undefined) throw new Error(`static pods may not reference ${used}`);
  return pod;
}

function parsed(text: string): MutableJsonObject {
  const document = parseDocument(text, { uniqueKeys: false, version: "1.1", merge: true, logLevel: "silent" });
  const error = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
  if (error !== undefined) throw new Error(`couldn't parse as pod: ${error.message.split("\n", 1)[0]}`);
  const body: unknown = document.toJS({ maxAliasCount: 100 });
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new Error("couldn't parse as pod: the file holds no object");
  }
  return body as MutableJsonObject;
}

function decoded(body: MutableJsonObject): Mutable<Pod> {
  const { apiVersion, kind } = body;
  if (apiVersion !== PodKind.apiVersion || kind !== PodKind.kind) {
    throw new Error(`couldn't parse as pod: it is a ${String(kind)} of ${String(apiVersion)}, not a Pod of v1`);
  }
  const object = decodeValue(PodKind.shape, body).value as MutableJsonObject;
  defaultObject(PodKind, object);
  return { metadata: {}, spec: {}, ...object, apiVersion, kind } as unknown as Mutable<Pod>;
}

/**
 * The same for the same content of the same file on the same node, so that a kubelet that starts anew knows its pods again.
 * Kubernetes hashes a printout of Go's memory, which nothing outside Go can reproduce, and nothing relies on.
 */
function hashOf(pod: Pod, { nodeName, path }: ManifestOrigin): string {
  const text = `${sortedGoJson(pod)}host:${nodeName}file:${path}`;
  return Array.from(sha256(new TextEncoder().encode(text)).subarray(0, UID_BYTES), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

const UID_BYTES = 16;

function isNotOurs({ key = "", operator, effect, value = "" }: NonNullable<Pod["spec"]["tolerations"]>[number]) {
  return !(key === "" && operator === "Exists" && effect === "NoExecute" && value === "");
}

function* issuesOf(pod: Pod, { nowMs }: ManifestOrigin): Iterable<Issue> {
  yield* metadataIssues(pod.metadata, metadataRules(PodKind));
  yield* nameIssues(pod.metadata);
  yield* PodKind.validate?.(pod, { nowMs, newUid: () => pod.metadata.uid, subresource: "", warn() {} }) ?? [];
}
