import { allFacts } from "../../../api/generated/resources.ts";
import { shapes } from "../../../api/generated/shapes.ts";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import type { StructShape } from "../../../machinery/shape.ts";
import { decodeMessage } from "./decode.ts";
import { ProtobufError, ProtobufReader } from "./reader.ts";

/** What every object begins with when it is written as protobuf: `k8s` and a zero. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00];

const decoder = new TextDecoder();

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

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
/** Kinds that every group has under its own name. */
const COMMON = new Set([
  "CreateOptions",
  "DeleteOptions",
  "GetOptions",
  "ListOptions",
  "PatchOptions",
  "Status",
  "UpdateOptions",
]);

let known: ReadonlyMap<string, StructShape> | undefined;

function shapeOf(apiVersion: string, kind: string): StructShape | undefined {
  if (COMMON.has(kind)) return shapes(`${META}.${kind}`);
  known ??= new Map(
    allFacts.map((facts) => [
      `${facts.group === "" ? "" : `${facts.group}/`}${facts.version}/${facts.kind}`,
      facts.shape,
    ]),
  );
  const resource = known.get(`${apiVersion}/${kind}`);
  if (resource !== undefined) return resource;
  // The bodies of subresources are no resources themselves: Scale, Eviction, TokenRequest.
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["core", apiVersion];
  const name = `io.k8s.api.${group!.split(".", 1)[0]}.${version}.${kind}`;
  return shapes.names.includes(name) ? shapes(name) : undefined;
}
