import { failure, notAcceptable } from "../../machinery/status.ts";
import type { ApiRequest } from "../http.ts";
import { type MediaRange, parseAccept } from "./media-type.ts";

/** How an answer is to be written. */
export interface Representation {
  readonly format: Format;
  /** Indented, for people. */
  readonly pretty: boolean;
  readonly view: View;
}

export type Format = "json" | "yaml";

/** What of an object is to be shown. */
export type View =
  | { readonly type: "object" }
  /** `includeObject` stands in the query: `None`, `Metadata`, `Object`; checked when the table is made. */
  | { readonly type: "table"; readonly version: string; readonly includeObject: string }
  | { readonly type: "partial"; readonly version: string; readonly list: boolean };

export const JSON_TYPE = "application/json";
export const YAML_TYPE = "application/yaml";
/** All that Kubernetes would accept; said to clients that asked for something else. */
const SERVED_TYPES = [JSON_TYPE, YAML_TYPE, "application/vnd.kubernetes.protobuf"];
const SERVED_STREAMS = [`${JSON_TYPE};stream=watch`, "application/vnd.kubernetes.protobuf;stream=watch"];

const AS_OBJECT: View = { type: "object" };
const PLAIN = { format: "json", view: AS_OBJECT } as const;
type Choice = Pick<Representation, "format" | "view">;

/** What is remembered of the few Accept headers that clients send. */
const REMEMBERED_HEADERS = 256;
const choices = new Map<string, Choice | undefined>();

/**
 * How to write the answer to a request.
 * @throws StatusError 406 if nothing that the client accepts can be made.
 */
export function negotiate(request: Pick<ApiRequest, "headers" | "query">, use: "answer" | "stream"): Representation {
  const accept = request.headers["accept"] ?? "";
  const choice = chosen(accept);
  if (choice === undefined && !parseAccept(accept).some(isKnownType)) {
    const available = `Available representations: ${SERVED_TYPES.join(", ")}`;
    throw failure(406, "NotAcceptable", `406: Not Acceptable\n\n${available}`, {});
  }
  if (choice === undefined || (use === "stream" && choice.format !== "json")) {
    throw notAcceptable(use === "stream" ? SERVED_STREAMS : SERVED_TYPES);
  }
  const pretty = isPretty(request);
  const { view } = choice;
  if (view.type !== "table") return { format: choice.format, pretty, view };
  return { format: choice.format, pretty, view: { ...view, includeObject: request.query.get("includeObject") ?? "" } };
}

/** How to write a Status: never as a table; undefined where the client accepts nothing that can be made. */
export function negotiateStatus(request: Pick<ApiRequest, "headers" | "query">): Representation | undefined {
  const header = request.headers["accept"] ?? "";
  if (header === "") return { ...PLAIN, pretty: isPretty(request) };
  for (const range of parseAccept(header)) {
    const format = formatOf(range);
    if (format !== undefined && range.parameters["as"] === undefined) {
      return { format, pretty: isPretty(request), view: AS_OBJECT };
    }
  }
  return undefined;
}

function chosen(accept: string): Choice | undefined {
  if (accept === "" || accept === JSON_TYPE || accept === "*/*") return PLAIN;
  if (choices.has(accept)) return choices.get(accept);
  const choice = choose(parseAccept(accept));
  if (choices.size >= REMEMBERED_HEADERS) choices.clear();
  choices.set(accept, choice);
  return choice;
}

function choose(ranges: readonly MediaRange[]): Choice | undefined {
  for (const range of ranges) {
    const format = formatOf(range);
    const view = viewOf(range);
    if (format !== undefined && view !== undefined) return { format, view };
  }
  return undefined;
}

/** Whether Kubernetes makes this type at all, if perhaps not in the form that was asked for. */
function isKnownType({ type, subtype }: MediaRange): boolean {
  return type === "*" || (type === "application" && (subtype === "*" || SERVED_TYPES.includes(`${type}/${subtype}`)));
}

function formatOf({ type, subtype, parameters }: MediaRange): Format | undefined {
  const stream = parameters["stream"];
  if (stream !== undefined && stream !== "" && stream !== "watch") return undefined;
  if (type === "*") return "json";
  if (type !== "application") return undefined;
  if (subtype === "json" || subtype === "*") return "json";
  return subtype === "yaml" ? "yaml" : undefined;
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
