import type { MutableJsonObject } from "../../../machinery/json.ts";
import { decodeMessage } from "./decode.ts";
import { ProtobufError, ProtobufReader } from "./reader.ts";
import { shapeOf } from "./shapes.ts";
import { varintLength, writeVarint } from "./writer.ts";

/** What every object begins with when it is written as protobuf: `k8s` and a zero. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** After the object: neither an encoding nor a type of its content is named. */
const TAIL = Uint8Array.of(0x1a, 0, 0x22, 0);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The two ends of an envelope; the message of the object, of so many bytes, stands between them. */
export function envelopeEnds(
  { apiVersion, kind }: TypeMeta,
  messageBytes: number,
): { readonly head: Uint8Array; readonly tail: Uint8Array } {
  const named = namedHead(apiVersion, kind);
  const head = new Uint8Array(named.length + varintLength(messageBytes));
  head.set(named);
  writeVarint(head, named.length, messageBytes);
  return { head, tail: TAIL };
}

/** What an object says of itself. */
export interface TypeMeta {
  readonly apiVersion: string;
  readonly kind: string;
}

const heads = new Map<string, Uint8Array>();

/** The envelope up to the length of the object's message. */
function namedHead(apiVersion: string, kind: string): Uint8Array {
  const name = `${apiVersion} ${kind}`;
  let head = heads.get(name);
  if (head === undefined) {
    const texts = [encoder.encode(apiVersion), encoder.encode(kind)] as const;
    const type = [0x0a, texts[0].length, ...texts[0], 0x12, texts[1].length, ...texts[1]];
    heads.set(name, (head = Uint8Array.of(...MAGIC, 0x0a, type.length, ...type, 0x12)));
  }
  return head;
}

/**
 * Reads an object in the envelope that names its version and kind.
 * @throws ProtobufError
 */
export function decodeProtobuf(bytes: Uint8Array): MutableJsonObject {
  if (!MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new ProtobufError("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  const envelope = new ProtobufReader(bytes, MAGIC.length);
  let apiVersion = "";
  let kind = "";
  let raw: ProtobufReader | undefined;
  while (!envelope.done) {
    const { number, wire } = envelope.tag();
    if (number === 1) [apiVersion, kind] = readType(envelope.message());
    else if (number === 2) raw = envelope.message();
    else envelope.skip(wire);
  }
  const shape = shapeOf(apiVersion, kind);
  if (shape === undefined) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...(raw === undefined ? {} : decodeMessage(raw, shape)) };
}

function readType(message: ProtobufReader): readonly [apiVersion: string, kind: string] {
  const texts = ["", ""];
  while (!message.done) {
    const { number, wire } = message.tag();
    if (number === 1 || number === 2) texts[number - 1] = decoder.decode(message.bytes());
    else message.skip(wire);
  }
  return [texts[0]!, texts[1]!];
}
