import type { Kind } from "../../api/kind.ts";
import { failure, notAcceptable, StatusError } from "../../machinery/status.ts";
import type { ApiRequest } from "../http.ts";
import { type MediaRange, parseAccept } from "./media-type.ts";

/** How an answer is to be written. */
export interface Representation {
  readonly format: Format;
  /** Indented, for people. */
  readonly pretty: boolean;
  readonly view: View;
}

export type Format = "json" | "yaml" | "protobuf";

/** What of an object is to be shown. */
export type View =
  | { readonly type: "object" }
  /** `includeObject` stands in the query: `None`, `Metadata`, `Object`; checked when the table is made. */
  | { readonly type: "table"; readonly version: string; readonly includeObject: string }
  | { readonly type: "partial"; readonly version: string; readonly list: boolean };

export const JSON_TYPE = "application/json";
export const YAML_TYPE = "application/yaml";
export const PROTOBUF_TYPE = "application/vnd.kubernetes.protobuf";
/** What an answer's header calls its form. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: JSON_TYPE,
  yaml: YAML_TYPE,
  protobuf: PROTOBUF_TYPE,
};
/** All that is served; said to clients that asked for something else. */
const SERVED_TYPES: readonly string[] = Object.values(CONTENT_TYPES);
const SERVED_STREAMS = [`${JSON_TYPE};stream=watch`, `${PROTOBUF_TYPE};stream=watch`];

const AS_OBJECT: View = { type: "object" };
const PLAIN = { format: "json", view: AS_OBJECT } as const;
type Choice = Pick<Representation, "format" | "view">;

/** What is remembered of the few Accept headers that clients send. */
const REMEMBERED_HEADERS = 256;
const choices = new Map<string, Choice | "unknown" | undefined>();
/** The same for kinds that have no protobuf form. */
const customChoices = new Map<string, Choice | "unknown" | undefined>();

/**
 * What is answered: a list can also be watched, and so has more forms to name to a client that asked for none of them; a
 * document has no other form than its own.
 */
export type Use = "answer" | "list" | "stream" | "document";

/** Nothing that the client accepts is made here: it gets no further than that, and no warning. */
export class UnknownForm extends StatusError {
  constructor({ status }: StatusError) {
    super(status);
  }
}

/**
 * How to write the answer to a request.
 * @throws StatusError 406 if nothing that the client accepts can be made.
 */
export function negotiate(
  request: Pick<ApiRequest, "headers" | "query">,
  use: Use,
  { custom }: Pick<Kind, "custom"> = {},
): Representation {
  const accept = request.headers["accept"] ?? "";
  const choice = chosen(accept, custom !== undefined);
  if (choice === "unknown") {
    const served = use === "answer" || use === "document" ? SERVED_TYPES : [...SERVED_TYPES, ...SERVED_STREAMS];
    const available = `Available representations: ${served.join(", ")}`;
    throw new UnknownForm(failure(406, "NotAcceptable", `406: Not Acceptable\n\n${available}`, {}));
  }
  if (use === "document") {
    const plain = negotiatePlain(request);
    if (plain !== undefined) return plain;
  }
  if (choice === undefined || use === "document") throw notAcceptable(SERVED_TYPES);
  if (use === "stream" && choice.format === "yaml") throw notAcceptable(SERVED_STREAMS);
  const pretty = isPretty(request);
  const { view } = choice;
  if (view.type !== "table") return { format: choice.format, pretty, view };
  return { format: choice.format, pretty, view: { ...view, includeObject: request.query.get("includeObject") ?? "" } };
}

/** How to write a Status or a document, never as a table; undefined where the client accepts nothing that can be made. */
export function negotiatePlain(request: Pick<ApiRequest, "headers" | "query">): Representation | undefined {
  const header = request.headers["accept"] ?? "";
  if (header === "") return { ...PLAIN, pretty: isPretty(request) };
  for (const range of parseAccept(header)) {
    const format = formatOf(range);
    if (format !== undefined && viewOf(range) === AS_OBJECT) {
      return { format, pretty: isPretty(request), view: AS_OBJECT };
    }
  }
  return undefined;
}

function chosen(accept: string, custom: boolean): Choice | "unknown" | undefined {
  if (accept === "" || accept === JSON_TYPE || accept === "*/*") return PLAIN;
  const known = custom ? customChoices : choices;
  if (known.has(accept)) return known.get(accept);
  const choice = choose(parseAccept(accept), custom);
  if (known.size >= REMEMBERED_HEADERS) known.clear();
  known.set(accept, choice);
  return choice;
}

function choose(ranges: readonly MediaRange[], custom: boolean): Choice | "unknown" | undefined {
  if (!ranges.some(isKnownType)) return "unknown";
  for (const range of ranges) {
    const format = formatOf(range);
    const view = viewOf(range);
    if (format === undefined || view === undefined) continue;
    // A row's cells may be anything, which no message can hold; of a custom object only its metadata has one.
    const hasMessage = view.type === "partial" || (view.type === "object" && !custom);
    if (format !== "protobuf" || hasMessage) return { format, view };
  }
  return undefined;
}

/** Whether Kubernetes makes this type at all, if perhaps not in the form that was asked for: `application/*` alone is none. */
function isKnownType({ type, subtype }: MediaRange): boolean {
  return type === "*" || SERVED_TYPES.includes(`${type}/${subtype}`);
}

/** The form of a media type, if it is made at all. */
export function formatOf({ type, subtype, parameters }: MediaRange): Format | undefined {
  const stream = parameters["stream"];
  if (stream !== undefined && stream !== "" && stream !== "watch") return undefined;
  if (type === "*") return "json";
  if (type !== "application") return undefined;
  if (subtype === "json" || subtype === "*") return "json";
  if (subtype === "yaml") return "yaml";
  return subtype === "vnd.kubernetes.protobuf" ? "protobuf" : undefined;
}

function viewOf({ parameters }: MediaRange): View | undefined {
  const { as, g: group, v: version } = parameters;
  if (as === undefined && group === undefined && version === undefined) return AS_OBJECT;
  if (group !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1")) return undefined;
  if (as === "Table") return { type: "table", version, includeObject: "" };
  if (as === "PartialObjectMetadata") return { type: "partial", version, list: false };
  if (as === "PartialObjectMetadataList") return { type: "partial", version, list: true };
  return undefined;
}

/** People read what browsers and command-line tools fetch, unless `?pretty` says otherwise. */
function isPretty({ headers, query }: Pick<ApiRequest, "headers" | "query">): boolean {
  const asked = query.get("pretty");
  if (asked !== null && asked !== "") return ["1", "t", "T", "TRUE", "true", "True"].includes(asked);
  const agent = headers["user-agent"];
  return (
    agent !== undefined && (agent.startsWith("curl") || agent.startsWith("Wget") || agent.startsWith("Mozilla/5.0"))
  );
}
