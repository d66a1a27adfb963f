import { jsonInteger, parseJson } from "../../machinery/exact-json.ts";
import { parseDocument } from "yaml";
import { shapes } from "../../api/generated/shapes.ts";
import { DecodeError, decodeValue } from "../../machinery/decode.ts";
import { badRequest, failure, type StatusError, tooLarge, unsupportedMediaType } from "../../machinery/status.ts";
import { typeProblem } from "../../machinery/type-problem.ts";
import { type ApiRequest, BodyTooLarge } from "../http.ts";
import { bareType } from "./media-type.ts";
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from "./negotiate.ts";
import { isTooDeep, jsonProblem, wellFormed } from "../../machinery/json-problem.ts";
import { decodeProtobuf } from "./protobuf/envelope.ts";
import { ProtobufError } from "./protobuf/reader.ts";

/** A request's body, read and parsed; what its fields mean is for the kind to say. */
export interface RequestBody {
  /** The media type without parameters. */
  readonly mediaType: string;
  /** A patch that cannot be read is its own refusal, told once there is an object to be patched. */
  readonly value: unknown;
  /** The JSON text, from which fields that are given twice can be told; absent for YAML. */
  readonly text?: string;
  /** What strict reading objects to already: names given twice in YAML. */
  readonly problems: readonly string[];
}

/** What a body may hold at most; the server's limit for what it stores is smaller. */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const APPLY_TYPE = "application/apply-patch+yaml";
const STRATEGIC_TYPE = "application/strategic-merge-patch+json";
const OBJECT_TYPES = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE];

export interface BodyRules {
  /** Whose object it should be, for the message. */
  readonly kind: string;
  /** The media types that are read here, the default first. */
  readonly accepted?: readonly string[];
  readonly limitBytes?: number;
}

/** Reads an object. @throws StatusError 400, 413 or 415 in Kubernetes' words. */
export async function readBody(
  request: Pick<ApiRequest, "headers" | "body">,
  { kind, accepted = OBJECT_TYPES, limitBytes = BODY_LIMIT_BYTES }: BodyRules,
): Promise<RequestBody> {
  const mediaType = bareType(request.headers["content-type"] ?? "") || accepted[0]!;
  if (!accepted.includes(mediaType)) throw accepted === OBJECT_TYPES ? unsupportedMediaType(accepted) : unknownPatch();
  return parseBody(await readBytes(request, limitBytes), mediaType, kind);
}

/** Reads a deletion's options; undefined where there is no body. */
export async function readOptionsBody(request: Pick<ApiRequest, "headers" | "body">): Promise<RequestBody | undefined> {
  const bytes = await readBytes(request, BODY_LIMIT_BYTES);
  if (bytes.length === 0) return undefined;
  const mediaType = bareType(request.headers["content-type"] ?? "") || JSON_TYPE;
  if (!OBJECT_TYPES.includes(mediaType)) throw unsupportedMediaType(OBJECT_TYPES);
  const body = parseBody(bytes, mediaType, undefined);
  const { kind = "DeleteOptions", apiVersion = "meta.k8s.io/v1" } = body.value as {
    kind?: string;
    apiVersion?: string;
  };
  if (kind === "DeleteOptions") return { ...body, value: decodeOptions(body.value) };
  throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`);
}

/** What is unknown in there is nobody's business. */
function decodeOptions(value: unknown): unknown {
  try {
    return decodeValue(shapes("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"), value).value;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

/** Kubernetes is short with a patch of an unknown type. */
function unknownPatch(): Error {
  return failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
}

async function readBytes(request: Pick<ApiRequest, "body">, limitBytes: number): Promise<Uint8Array> {
  try {
    return await request.body(limitBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) throw tooLarge(`limit is ${error.limit}`);
    throw error;
  }
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** @param kind undefined for options, whose errors Kubernetes tells bare. */
export function parseBody(bytes: Uint8Array, mediaType: string, kind: string | undefined): RequestBody {
  if (mediaType === PROTOBUF_TYPE) return parseProtobuf(bytes, kind);
  const text = decoder.decode(bytes);
  const refuse = (problem: string) => unrecognized(kind, problem, text, bytes);
  if (mediaType === APPLY_TYPE) return parseApplied(text);
  if (mediaType === YAML_TYPE) return parseYaml(text, mediaType, refuse);
  if (!mediaType.endsWith("json")) throw unsupportedMediaType([JSON_TYPE, YAML_TYPE]);
  // A patch is no object of the kind; what it has to be, applying it tells.
  if (mediaType !== JSON_TYPE) return parsePatch(text, mediaType);
  let value: unknown;
  try {
    value = parseJson(wellFormed(text));
  } catch {
    throw refuse(`couldn't get version/kind; json parse error: ${jsonProblem(text)}`);
  }
  if (isTooDeep(text)) {
    throw refuse("couldn't get version/kind; json parse error: invalid character '[' exceeded max depth");
  }
  const problem = typeProblem(value);
  if (problem !== undefined) throw refuse(problem);
  return { mediaType, value: value ?? {}, text, problems: [] };
}

/** @param kind undefined for options @param bytes of the text */
export function unrecognized(
  kind: string | undefined,
  problem: string,
  text: string,
  bytes: Uint8Array = encoder.encode(text),
): StatusError {
  if (kind === undefined) return badRequest(problem);
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${problem} (${excerpt(text, bytes)})`,
  );
}

function parsePatch(text: string, mediaType: string): RequestBody {
  try {
    return { mediaType, value: parseJson(text), text, problems: [] };
  } catch {
    const problem = jsonProblem(text);
    const value = badRequest(mediaType === STRATEGIC_TYPE ? problem : `error decoding patch: ${problem}`);
    return { mediaType, value, problems: [] };
  }
}

/** An applied configuration: YAML by name, and mostly JSON, which is read many times faster. */
function parseApplied(text: string): RequestBody {
  if (text.startsWith("{")) {
    try {
      return { mediaType: APPLY_TYPE, value: parseJson(text), text, problems: [] };
    } catch {
      // Flow-style YAML, or broken: the YAML reader tells.
    }
  }
  const refuse = (problem: string) => badRequest(`error decoding YAML: error converting YAML to JSON: ${problem}`);
  return parseYaml(text, APPLY_TYPE, refuse);
}

function parseProtobuf(bytes: Uint8Array, kind: string | undefined): RequestBody {
  try {
    return { mediaType: PROTOBUF_TYPE, value: decodeProtobuf(bytes), problems: [] };
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw unrecognized(kind, error.message, decoder.decode(bytes), bytes);
  }
}

function parseYaml(text: string, mediaType: string, refuse: (problem: string) => Error): RequestBody {
  const document = parseDocument(text, {
    uniqueKeys: false,
    version: "1.1",
    merge: true,
    intAsBigInt: true,
    logLevel: "silent",
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = error.linePos?.[0].line;
    throw refuse(
      `yaml: ${line === undefined ? "" : `line ${line}: `}${error.message.split("\n", 1)[0]!.replace(/ at line \d+, column \d+:?$/, "")}`,
    );
  }
  const twice = parseDocument(text, { version: "1.1", merge: true, logLevel: "silent" }).errors;
  const problems = twice
    .filter(({ code }) => code === "DUPLICATE_KEY")
    .map(
      ({ pos, linePos }) =>
        `line ${linePos?.[0].line ?? 1}: key ${JSON.stringify(nameAt(text, pos[0]))} already set in map`,
    );
  const value: unknown = document.toJS({
    maxAliasCount: 100,
    reviver: (_name, value) => (typeof value === "bigint" ? jsonInteger(value) : value),
  });
  return { mediaType, value: value ?? {}, problems };
}

function nameAt(text: string, position: number): string {
  return /^["']?([^:"'\s]*)/.exec(text.slice(position))![1]!;
}

/** How Kubernetes shows a body that it does not understand: its text if it looks like JSON, else its first bytes in hex. */
function excerpt(text: string, bytes: Uint8Array): string {
  if (text === "") return "<empty>";
  if (text.trimStart().startsWith("{")) return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  const hex = Array.from(bytes.subarray(0, 30), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > 30 ? `${hex} ...` : hex;
}
