import type { Kind } from "../../api/kind.ts";
import type { JsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Entry } from "../../store/contract.ts";
import type { ResponseBody } from "../http.ts";
import type { ListOutcome, ObjectOutcome, WatchStep } from "../operation.ts";
import { bookmark } from "./bookmark.ts";
import type { View } from "./negotiate.ts";
import { checkPartial, partialListHead, partialObject } from "./partial.ts";
import { inEnvelope, messageOf, protobufFrame, protobufList, protobufOf } from "./protobuf/answers.ts";
import { encodeMessage } from "./protobuf/encode.ts";
import type { TypeMeta } from "./protobuf/envelope.ts";
import type { WatchEncoding } from "./watch.ts";

/** An object, or its metadata alone. */
export function objectAsProtobuf(
  { kind, object, entry }: Pick<ObjectOutcome, "kind" | "object" | "entry">,
  view: View,
): Uint8Array {
  if (view.type === "partial") {
    checkPartial(view, kind, false);
    return protobufOf(partialObject(kind, object, view.version));
  }
  return entry === undefined ? protobufOf(object) : inEnvelope(kind, entryMessage(kind, entry));
}

/** A list of objects, or of their metadata alone. */
export function listAsProtobuf(
  { kind, metadata, entries }: Pick<ListOutcome, "kind" | "metadata" | "entries">,
  view: View,
  turn: () => Promise<void>,
): ResponseBody {
  if (view.type !== "partial") {
    const messages = entries.values().map((entry) => entryMessage(kind, entry));
    const type = { apiVersion: kind.apiVersion, kind: kind.listKind };
    return protobufList({ type, metadata, size: entries.length, messages, turn });
  }
  checkPartial(view, kind, true);
  const messages = entries.values().map((entry) => partialMessage(kind, entry));
  return protobufList({
    type: partialListHead(metadata, view.version),
    metadata,
    size: entries.length,
    messages,
    turn,
  });
}

/** How each event of a watch is framed. Objects' frames are shared by all watchers. */
export function eventAsProtobuf({ kind, view, frames }: WatchEncoding): (step: WatchStep) => Uint8Array {
  return (step) => {
    if (step.type === "ERROR") return protobufFrame("ERROR", step.status, messageOf(step.status));
    if (step.type === "BOOKMARK") {
      const object = bookmark(kind, view, step) as TypeMeta;
      return protobufFrame("BOOKMARK", object, messageOf(object));
    }
    const { type, entry } = step;
    if (view.type === "partial") {
      const head = { apiVersion: `meta.k8s.io/${view.version}`, kind: "PartialObjectMetadata" };
      return protobufFrame(type, head, partialMessage(kind, entry));
    }
    return frames.of(entry, `protobuf ${type}`, () => protobufFrame(type, kind, entryMessage(kind, entry)));
  };
}

/** The message of a stored version: made when first asked for, kept as long as the version. */
function entryMessage({ shape }: Kind, entry: Entry<KubeObject>): Uint8Array {
  return entry.remember("protobuf", () => encodeMessage(shape, entry.value as unknown as JsonObject));
}

function partialMessage(kind: Kind, entry: Entry<KubeObject>): Uint8Array {
  return entry.remember("partial protobuf", () => messageOf(partialObject(kind, entry.value, "v1")));
}
