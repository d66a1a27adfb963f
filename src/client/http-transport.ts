import { jsonText, parseJson } from "../machinery/exact-json.ts";
import type { Kind } from "../api/kind.ts";
import type { KubeObject } from "../machinery/object.ts";
import { failure, type Status, StatusError } from "../machinery/status.ts";
import type { ApiCall, CallOptions, List, Transport, WatchEvent } from "./call.ts";

/** Sends one HTTP request; carried out by the platform (`host/node`, a browser's fetch). */
export interface HttpCarrier {
  send(request: HttpCall): Promise<HttpAnswer>;
}

export interface HttpCall {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Ends when the answer does; throws when the connection breaks before. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The header in which a write's cause travels between processes. */
export const CAUSE_HEADER = "wherry-cause";

/** Carries calls over HTTP, in JSON. */
export function httpTransport(carrier: HttpCarrier, userAgent: string): Transport {
  return {
    async send(call) {
      const answer = await carrier.send(toRequest(call, userAgent));
      const text = decoder.decode(await whole(answer.body));
      const value = text === "" ? undefined : parsed(text, answer.status);
      if (answer.status >= 400) throw new StatusError(statusOf(value, answer.status, text));
      return call.verb === "list" ? withKinds(value as List<KubeObject>, call.kind) : value;
    },
    async *watch(call) {
      try {
        const answer = await carrier.send(toRequest(call, userAgent));
        if (answer.status >= 400) {
          const text = decoder.decode(await whole(answer.body));
          throw new StatusError(statusOf(parsed(text, answer.status), answer.status, text));
        }
        for await (const lines of linesOf(answer.body)) yield lines.map(eventOf);
      } catch (error) {
        // What a carrier says of a request that was called off is nobody's news.
        if (!call.signal.aborted) throw error;
      }
    },
  };
}

/** The items of a list do not say what they are; objects always do. */
function withKinds({ items, ...list }: List<KubeObject>, { kind, apiVersion }: Kind): List<KubeObject> {
  return { ...list, items: items.map((item) => ({ ...item, kind, apiVersion })) };
}

function toRequest(call: ApiCall, userAgent: string) {
  const body = bodyOf(call);
  return {
    method: METHODS[call.verb],
    target: `${pathOf(call)}${queryOf(call)}`,
    headers: {
      accept: "application/json",
      "user-agent": userAgent,
      ...(body === undefined ? {} : { "content-type": call.patchType ?? "application/json" }),
      ...(call.cause === undefined ? {} : { [CAUSE_HEADER]: encodeURIComponent(JSON.stringify(call.cause)) }),
    },
    ...(body === undefined ? {} : { body: encoder.encode(jsonText(body)) }),
    signal: call.signal,
  };
}

const METHODS = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
} as const;

/** The path of a call: `/apis/apps/v1/namespaces/default/replicasets/web/status`. */
export function pathOf({
  kind,
  namespace,
  name,
  subresource,
}: Pick<ApiCall, "kind" | "namespace" | "name" | "subresource">): string {
  const parts = [rootOf(kind)];
  if (kind.namespaced && namespace !== undefined) parts.push("namespaces", encodeURIComponent(namespace));
  parts.push(kind.plural);
  if (name !== undefined) parts.push(encodeURIComponent(name));
  if (subresource !== undefined) parts.push(subresource);
  return parts.join("/");
}

function rootOf({ group, version }: Kind): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

function queryOf({ verb, options }: ApiCall): string {
  const query = new URLSearchParams();
  if (verb === "watch") query.set("watch", "true");
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (isDeletion(verb) && IN_BODY.has(name as keyof CallOptions))) continue;
    if (Array.isArray(value)) for (const item of value) query.append(name, String(item));
    else query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

const IN_BODY = new Set<keyof CallOptions>([
  "gracePeriodSeconds",
  "propagationPolicy",
  "orphanDependents",
  "preconditions",
  "dryRun",
]);

function isDeletion(verb: ApiCall["verb"]): boolean {
  return verb === "delete" || verb === "deletecollection";
}

function bodyOf({ verb, kind, body, options, patchType }: ApiCall): unknown {
  if (isDeletion(verb)) {
    const chosen = Object.entries(options).filter(([name]) => IN_BODY.has(name as keyof CallOptions));
    return chosen.length === 0 ? undefined : { kind: "DeleteOptions", apiVersion: "v1", ...Object.fromEntries(chosen) };
  }
  if (body === undefined || patchType !== undefined || typeof body !== "object") return body;
  return { kind: kind.kind, apiVersion: kind.apiVersion, ...body };
}

async function whole(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
  }
  if (chunks.length === 1) return chunks[0]!;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** The whole lines of each chunk, together; what is left over waits for the next chunk. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncIterable<readonly string[]> {
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const lines = (rest + text.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    const whole = lines.filter((line) => line !== "");
    if (whole.length > 0) yield whole;
  }
}

function eventOf(line: string): WatchEvent<KubeObject> {
  const event = parseJson(line) as unknown as { type: string; object: unknown };
  if (event.type === "ERROR") throw new StatusError(event.object as Status);
  return event as WatchEvent<KubeObject>;
}

function parsed(text: string, status: number): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    if (status < 400) throw new Error("the server's answer is not JSON", { cause });
    return undefined;
  }
}

function statusOf(value: unknown, code: number, text: string): Status {
  if ((value as Status | undefined)?.kind === "Status") return value as Status;
  return failure(code, "", text === "" ? `the server answered ${code}` : text.slice(0, 1000)).status;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
