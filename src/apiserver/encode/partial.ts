import type { Kind } from "../../api/kind.ts";
import type { KubeObject, ListMeta } from "../../machinery/object.ts";
import { failure } from "../../machinery/status.ts";
import type { Entry } from "../../store/contract.ts";
import type { View } from "./negotiate.ts";

export type PartialView = Extract<View, { type: "partial" }>;

/** The metadata of an object alone. */
export interface PartialObject {
  readonly kind: "PartialObjectMetadata";
  readonly apiVersion: string;
  readonly metadata: unknown;
}

export function partialObject(object: { readonly metadata: unknown }, version: string): PartialObject {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

/** The same as JSON, remembered with the object. */
export function partialJson(entry: Entry<KubeObject>, version: string): string {
  return entry.remember(`partial/${version}`, () => JSON.stringify(partialObject(entry.value, version)));
}

export function partialListHead(metadata: ListMeta, version: string) {
  return { kind: "PartialObjectMetadataList", apiVersion: `meta.k8s.io/${version}`, metadata };
}

/** @throws StatusError 406 where a list was asked for and the answer is none, or the other way round. */
export function checkPartial(view: PartialView, kind: Kind, isList: boolean): void {
  if (view.list === isList) return;
  const named = view.list ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  const room = kind.group === "" ? "core" : kind.group.split(".", 1)[0]!;
  const answer = isList ? `is a list (*${room}.${kind.listKind})` : `is not a list (*${room}.${kind.kind})`;
  throw failure(406, "NotAcceptable", `you requested ${named}, but the requested object ${answer}`);
}
