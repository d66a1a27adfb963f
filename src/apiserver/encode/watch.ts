import type { Kind } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Entry } from "../../store/contract.ts";
import type { WatchStep } from "../operation.ts";
import type { Describe } from "../openapi/describe.ts";
import { eventAsProtobuf } from "./as-protobuf.ts";
import { bookmark } from "./bookmark.ts";
import type { Format, View } from "./negotiate.ts";
import { checkPartial, partialJson } from "./partial.ts";
import { columnDefinitions, includeOf, rowTexts, tableHead, type TableView } from "./table.ts";
import { encodeText, goEscaped, joinBytes } from "./text.ts";

/** Remembers how the latest changes were wrapped, so that many watchers share one piece of memory. */
export interface FrameCache {
  of(entry: Entry<KubeObject>, form: string, make: () => Uint8Array): Uint8Array;
}

/** Watchers get a change within a moment of each other; older ones need not be kept. */
const REMEMBERED_CHANGES = 1024;

export function createFrameCache(limit = REMEMBERED_CHANGES): FrameCache {
  const frames = new Map<Entry<KubeObject>, Map<string, Uint8Array>>();
  return {
    of(entry, form, make) {
      let forms = frames.get(entry);
      if (forms === undefined) {
        if (frames.size >= limit) frames.delete(frames.keys().next().value!);
        frames.set(entry, (forms = new Map()));
      }
      let known = forms.get(form);
      if (known === undefined) forms.set(form, (known = make()));
      return known;
    },
  };
}

export interface WatchEncoding {
  readonly kind: Kind;
  /** Never YAML, which no stream is written in. */
  readonly format: Format;
  readonly view: View;
  readonly frames: FrameCache;
  readonly describe: Describe;
  /** Milliseconds since the epoch, for the ages in tables. */
  readonly now: () => number;
}

/**
 * Events as lines of JSON or as frames of protobuf, a batch at a time.
 * @throws StatusError for a view that cannot be made of single objects.
 */
export function watchEvents(
  steps: AsyncIterable<readonly WatchStep[]>,
  encoding: WatchEncoding,
): AsyncIterable<readonly Uint8Array[]> {
  const { kind, view } = encoding;
  if (view.type === "partial") checkPartial(view, kind, false);
  if (view.type === "table") includeOf(view);
  return encoded(steps, encoding.format === "protobuf" ? eventAsProtobuf(encoding) : lineEncoder(encoding));
}

async function* encoded(
  steps: AsyncIterable<readonly WatchStep[]>,
  encode: (step: WatchStep) => Uint8Array,
): AsyncIterable<readonly Uint8Array[]> {
  for await (const batch of steps) yield batch.map(encode);
}

function lineEncoder(encoding: WatchEncoding): (step: WatchStep) => Uint8Array {
  const { kind, view, frames } = encoding;
  let first = true;
  const objectText = (entry: Entry<KubeObject>): string => {
    if (view.type === "partial") return partialJson(kind, entry, view.version);
    return tableText(encoding, view as TableView, entry, first);
  };
  return (step) => {
    if (step.type === "ERROR") return eventLine("ERROR", JSON.stringify(step.status));
    if (step.type === "BOOKMARK") return eventLine("BOOKMARK", JSON.stringify(bookmark(kind, view, step)));
    const { type, entry } = step;
    if (view.type === "object") return frames.of(entry, type, () => frame(type, entry.bytes));
    const line = eventLine(type, objectText(entry));
    first = false;
    return line;
  };
}

const FRAME_END = encodeText("}\n");

function frame(type: string, bytes: Uint8Array): Uint8Array {
  return joinBytes([encodeText(`{"type":"${type}","object":`), bytes, FRAME_END]);
}

function eventLine(type: string, objectJson: string): Uint8Array {
  return encodeText(`{"type":"${type}","object":${goEscaped(objectJson)}}\n`);
}

/** A table of one row. Only the first event of a watch says what the columns are. */
function tableText(encoding: WatchEncoding, view: TableView, entry: Entry<KubeObject>, first: boolean): string {
  const { kind, describe, now } = encoding;
  const metadata = { resourceVersion: entry.value.metadata.resourceVersion };
  const head = JSON.stringify({
    ...tableHead(metadata, view.version),
    columnDefinitions: first ? columnDefinitions(kind, describe) : null,
  });
  return `${head.slice(0, -1)},"rows":[${[...rowTexts(kind, [entry], view, now())].join(",")}]}`;
}
