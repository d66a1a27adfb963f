import { shapes } from "../../../api/generated/shapes.ts";
import type { JsonObject } from "../../../machinery/json.ts";
import type { ListMeta } from "../../../machinery/object.ts";
import type { ResponseBody } from "../../http.ts";
import { encodeText, joinBytes } from "../text.ts";
import { encodeMessage } from "./encode.ts";
import { envelopeEnds, type TypeMeta } from "./envelope.ts";
import { shapeOf } from "./shapes.ts";
import { varintLength, writeVarint } from "./writer.ts";

/** An object as its message. Negotiation gives no protobuf for kinds that have none. */
export function messageOf(object: unknown): Uint8Array {
  const { apiVersion, kind } = object as TypeMeta;
  const shape = shapeOf(apiVersion, kind);
  if (shape === undefined) throw new Error(`protobuf has no message for ${apiVersion} ${kind}`);
  return encodeMessage(shape, object as JsonObject);
}

/** A message in the envelope that says what it is: a whole answer. */
export function inEnvelope(type: TypeMeta, message: Uint8Array): Uint8Array {
  const { head, tail } = envelopeEnds(type, message.length);
  return joinBytes([head, message, tail]);
}

/** An object that stands for itself: a Status, an answer that is not stored. */
export function protobufOf(object: unknown): Uint8Array {
  return inEnvelope(object as TypeMeta, messageOf(object));
}

export interface ListAnswer {
  readonly type: TypeMeta;
  readonly metadata: ListMeta;
  /** How many items there are. */
  readonly size: number;
  /** The items' messages in order, made as they are taken. */
  readonly messages: Iterable<Uint8Array>;
  /** Lets others go on. */
  readonly turn: () => Promise<void>;
}

/** Lists up to this many items are one piece. */
const WHOLE_ITEMS = 256;

/** How many messages are made before others get a turn. */
const ITEMS_A_TURN = 128;

/** How many pieces one write is made of. */
const PIECES_A_STEP = 512;

/**
 * A list of messages. Its length stands at its beginning, so all items are made before the first byte is sent, in turns if
 * they are many; they are never copied into one.
 */
export function protobufList(list: ListAnswer): ResponseBody {
  if (list.size <= WHOLE_ITEMS) return joinBytes(enveloped(list, listPieces(list, list.messages)));
  return { type: "chunks", compressible: true, chunks: inTurns(list) };
}

async function* inTurns(list: ListAnswer): AsyncGenerator<readonly Uint8Array[]> {
  const made: Uint8Array[] = [];
  for (const message of list.messages) {
    made.push(message);
    if (made.length % ITEMS_A_TURN === 0) await list.turn();
  }
  const pieces = enveloped(list, listPieces(list, made));
  for (let at = 0; at < pieces.length; at += PIECES_A_STEP) yield pieces.slice(at, at + PIECES_A_STEP);
}

function enveloped({ type }: ListAnswer, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  let bytes = 0;
  for (const piece of pieces) bytes += piece.length;
  const { head, tail } = envelopeEnds(type, bytes);
  return [head, ...pieces, tail];
}

/** The tags of the fields 1 and 2. */
const FIRST = 0x0a;
const SECOND = 0x12;

/**
 * Every list is the same message but for its items: metadata, then one field an item. The other way round in
 * `meta.k8s.io/v1beta1`, whose list was numbered differently.
 */
function listPieces({ type, metadata }: ListAnswer, messages: Iterable<Uint8Array>): readonly Uint8Array[] {
  const shape = shapes("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta");
  const meta = encodeMessage(shape, metadata as unknown as JsonObject);
  const itemsFirst = type.apiVersion === "meta.k8s.io/v1beta1";
  const about = [lengthHead(itemsFirst ? SECOND : FIRST, meta.length), meta];
  const items: Uint8Array[] = [];
  for (const message of messages) items.push(lengthHead(itemsFirst ? FIRST : SECOND, message.length), message);
  return itemsFirst ? [...items, ...about] : [...about, ...items];
}

function lengthHead(tag: number, length: number): Uint8Array {
  const head = new Uint8Array(1 + varintLength(length));
  head[0] = tag;
  writeVarint(head, 1, length);
  return head;
}

/** One event of a watch as its frame: four bytes of length, the most significant first, and a bare WatchEvent. */
export function protobufFrame(type: string, object: TypeMeta, message: Uint8Array): Uint8Array {
  const { head, tail } = envelopeEnds(object, message.length);
  const envelopeBytes = head.length + message.length + tail.length;
  const raw = lengthHead(FIRST, envelopeBytes);
  const name = encodeText(type);
  const extension = lengthHead(SECOND, raw.length + envelopeBytes);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, 2 + name.length + extension.length + raw.length + envelopeBytes);
  return joinBytes([length, lengthHead(FIRST, name.length), name, extension, raw, head, message, tail]);
}
