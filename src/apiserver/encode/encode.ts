import type { Kind } from "../../api/kind.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import type { KubeObject, ListMeta } from "../../machinery/object.ts";
import { failure, type Status, type StatusError } from "../../machinery/status.ts";
import type { Entry } from "../../store/contract.ts";
import type { ApiRequest, ApiResponse, ResponseBody } from "../http.ts";
import type { ListOutcome, ObjectOutcome, Outcome, WatchOutcome } from "../operation.ts";
import type { Describe } from "../openapi/describe.ts";
import { listBody } from "./chunks.ts";
import { listAsProtobuf, objectAsProtobuf } from "./as-protobuf.ts";
import { CONTENT_TYPES, negotiatePlain, PROTOBUF_TYPE, type Representation } from "./negotiate.ts";
import { checkPartial, partialJson, partialListHead, partialObject } from "./partial.ts";
import { columnDefinitions, includeOf, rowTexts, tableHead, tableOf } from "./table.ts";
import { encodeText, goEscaped, joinBytes } from "./text.ts";
import { encodeValue } from "./value.ts";
import { type FrameCache, watchEvents } from "./watch.ts";

/** What encoding needs beyond the outcome itself; one for a server. */
export interface Encoding {
  readonly describe: Describe;
  readonly frames: FrameCache;
  /** Milliseconds since the epoch, for the ages in tables. */
  readonly now: () => number;
  /** Lets others go on while a long list is made. */
  readonly turn: () => Promise<void>;
}

/**
 * Writes what came of a call in the form that the client asked for. Stored objects are answered by their stored bytes.
 * @throws StatusError 400 or 406 for a form that cannot be made of this outcome.
 */
export function encodeOutcome(outcome: Outcome, representation: Representation, encoding: Encoding): ApiResponse {
  switch (outcome.type) {
    case "object":
      return respond(outcome.code, representation, encodeObject(outcome, representation, encoding));
    case "list":
      return respond(200, representation, encodeList(outcome, representation, encoding));
    case "watch":
      return respondWatch(outcome, representation, encoding);
    case "status":
      return respond(
        outcome.code,
        representation,
        encodeValue(outcome.status, representation.format, representation.pretty),
      );
  }
}

/** Writes a refusal. Whatever cannot be negotiated is told as JSON for people. */
export function encodeStatus(
  status: Status,
  code: number,
  request: Pick<ApiRequest, "headers" | "query">,
): ApiResponse {
  const form = negotiatePlain(request) ?? { format: "json", pretty: true };
  const retry = status.details?.retryAfterSeconds;
  const response = respond(code, form, encodeValue(status, form.format, form.pretty));
  return retry === undefined
    ? response
    : { ...response, headers: { ...response.headers, "retry-after": String(retry) } };
}

const NO_CACHE = "no-cache, private";

function respond(status: number, { format }: Pick<Representation, "format">, body: ResponseBody): ApiResponse {
  return {
    status,
    headers: { "cache-control": NO_CACHE, "content-type": CONTENT_TYPES[format] },
    body,
  };
}

function respondWatch(
  { kind, steps }: WatchOutcome,
  { format, view }: Representation,
  encoding: Encoding,
): ApiResponse {
  const contentType = format === "protobuf" ? `${PROTOBUF_TYPE};stream=watch` : CONTENT_TYPES[format];
  return {
    status: 200,
    headers: { "cache-control": NO_CACHE, "content-type": contentType },
    body: { type: "chunks", chunks: watchEvents(steps, { ...encoding, kind, format, view }) },
  };
}

const NEW_LINE = encodeText("\n");

/** An object, its metadata alone, or a table of one row. */
function encodeObject(
  outcome: Pick<ObjectOutcome, "kind" | "object" | "entry">,
  { format, pretty, view }: Representation,
  { now, describe }: Encoding,
): Uint8Array {
  if (format === "protobuf") return objectAsProtobuf(outcome, view);
  const { kind, object, entry } = outcome;
  if (view.type === "object") {
    if (entry !== undefined && format === "json" && !pretty) return joinBytes([entry.bytes, NEW_LINE]);
    return encodeValue(object, format, pretty);
  }
  if (view.type === "partial") {
    checkPartial(view, kind, false);
    return encodeValue(partialObject(kind, object, view.version), format, pretty);
  }
  // What is only answered has no rows: Kubernetes has no table for it.
  if (kind.stored === false) throw noTable(kind);
  const { resourceVersion } = object.metadata;
  const metadata = resourceVersion === undefined ? {} : { resourceVersion };
  return encodeValue(tableOf(kind, [object], view, { metadata, nowMs: now(), describe }), format, pretty);
}

function noTable({ group, plural }: Kind): StatusError {
  const resource = group === "" ? plural : `${plural}.${group}`;
  return failure(406, "NotAcceptable", `the resource ${resource} does not support being converted to a Table`);
}

/** A list of objects, of their metadata alone, or a table. */
function encodeList(
  outcome: Pick<ListOutcome, "kind" | "metadata" | "entries">,
  { format, pretty, view }: Representation,
  encoding: Encoding,
): ResponseBody {
  if (format === "protobuf") return listAsProtobuf(outcome, view, encoding.turn);
  const { kind, metadata, entries } = outcome;
  if (view.type === "partial") checkPartial(view, kind, true);
  if (view.type === "table") includeOf(view);
  // An empty table is too little for the quick way.
  const isEmptyTable = view.type === "table" && entries.length === 0;
  if (format === "yaml" || pretty || isEmptyTable)
    return encodeValue(listValue(outcome, view, encoding), format, pretty);
  switch (view.type) {
    case "object":
      return framed(listHead(kind, metadata), "items", itemsOf(kind, entries), "{");
    case "partial":
      return framed(
        partialListHead(metadata, view.version),
        "items",
        entries.values().map((entry) => encodeText(partialJson(kind, entry, view.version))),
      );
    case "table":
      return framed(
        { ...tableHead(metadata, view.version), columnDefinitions: columnDefinitions(kind, encoding.describe) },
        "rows",
        encodedTexts(rowTexts(kind, entries, view, encoding.now())),
      );
  }
}

function listHead({ listKind, apiVersion, custom }: Kind, metadata: ListMeta) {
  return { kind: listKind, apiVersion, metadata: custom === undefined ? metadata : { continue: "", ...metadata } };
}

/**
 * In a list, the list's kind says what the items are: they leave it out, unless they are of a custom kind. Each comes
 * without its opening brace.
 */
function* itemsOf(kind: Kind, entries: readonly Entry<KubeObject>[]): Iterable<Uint8Array> {
  if (kind.custom !== undefined) {
    for (const { bytes } of entries) yield bytes.subarray(1);
    return;
  }
  const named = encodeText(`{"kind":${JSON.stringify(kind.kind)},"apiVersion":${JSON.stringify(kind.apiVersion)},`);
  for (const entry of entries) {
    const { bytes } = entry;
    // The value of what was loaded from disk is read when somebody asks for it: here nobody should.
    if (startsWith(bytes, named)) yield bytes.subarray(named.length);
    else yield encodeText(jsonOfGo(itemOf(entry.value)).slice(1));
  }
}

function itemOf({
  kind: _kind,
  apiVersion: _apiVersion,
  ...item
}: KubeObject): Omit<KubeObject, "kind" | "apiVersion"> {
  return item;
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  for (let index = 0; index < start.length; index++) if (bytes[index] !== start[index]) return false;
  return true;
}

function* encodedTexts(texts: Iterable<string>): Iterable<Uint8Array> {
  for (const text of texts) yield encodeText(goEscaped(text));
}

/** @param before what each item lacks at its beginning. */
function framed(head: object, member: string, items: Iterable<Uint8Array>, before = ""): ResponseBody {
  const opening = `${goEscaped(JSON.stringify(head)).slice(0, -1)},"${member}":[`;
  return listBody({ head: encodeText(opening), items, before, tail: encodeText("]}\n") });
}

function listValue(
  { kind, metadata, entries }: Pick<ListOutcome, "kind" | "metadata" | "entries">,
  view: Representation["view"],
  { now, describe }: Encoding,
): unknown {
  const objects = entries.map(({ value }) => value);
  switch (view.type) {
    case "object":
      return { ...listHead(kind, metadata), items: kind.custom === undefined ? objects.map(itemOf) : objects };
    case "partial":
      return {
        ...partialListHead(metadata, view.version),
        items: objects.map((object) => partialObject(kind, object, view.version)),
      };
    case "table":
      return tableOf(kind, objects, view, { metadata, nowMs: now(), describe });
  }
}
