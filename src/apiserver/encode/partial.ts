import type { Kind } from "../../api/kind.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import type { KubeObject, ListMeta, ObjectMeta } from "../../machinery/object.ts";
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

export function partialObject(
  { annotationOfWhole }: Kind,
  { metadata }: { readonly metadata: Partial<ObjectMeta> },
  version: string,
): PartialObject {
  const shown = annotationOfWhole === undefined ? metadata : withoutAnnotation(metadata, annotationOfWhole);
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: shown };
}

/** The same as JSON, remembered with the object. */
export function partialJson(kind: Kind, entry: Entry<KubeObject>, version: string): string {
  return entry.remember(`partial/${version}`, () => jsonOfGo(partialObject(kind, entry.value, version)));
}

function withoutAnnotation(metadata: Partial<ObjectMeta>, name: string): Partial<ObjectMeta> {
  const { annotations: { [name]: _, ...annotations } = {}, ...others } = metadata;
  return Object.keys(annotations).length === 0 ? others : { ...others, annotations };
}

export function partialListHead(metadata: ListMeta, version: string) {
  return { kind: "PartialObjectMetadataList", apiVersion: `meta.k8s.io/${version}`, metadata };
}

/** @throws StatusError 406 where a list was asked for and the answer is none, or the other way round. */
export function checkPartial(view: PartialView, kind: Kind, isList: boolean): void {
  if (view.list === isList) return;
  const named = view.list ? "PartialObjectMetadataList" : "PartialObjectMetadata";
  const { group } = kind.view?.of ?? kind;
  const room = group === "" ? "core" : group.split(".", 1)[0]!;
  const answer = isList ? `is a list (*${room}.${kind.listKind})` : `is not a list (*${room}.${kind.kind})`;
  throw failure(406, "NotAcceptable", `you requested ${named}, but the requested object ${answer}`);
}
