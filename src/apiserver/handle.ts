import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { KindRegistry } from "../api/registry.ts";
import { CAUSE_HEADER } from "../client/http-transport.ts";
import type { Cause } from "../base/cause.ts";
import type { CallOptions, PatchType } from "../client/call.ts";
import { internalError, StatusError, unknownPath, unsupportedMediaType } from "../machinery/status.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import { authorize } from "./auth/denial.ts";
import { impersonatedUser } from "./auth/impersonate.ts";
import type { Attributes, Authorizer, User } from "./auth/user.ts";
import { readBody, readOptionsBody } from "./encode/body.ts";
import { type Encoding, encodeOutcome, encodeStatus } from "./encode/encode.ts";
import { bareType } from "./encode/media-type.ts";
import { negotiate, UnknownForm, type Use } from "./encode/negotiate.ts";
import { encodeText } from "./encode/text.ts";
import { warningHeaders } from "./encode/warning.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import type { ApiMetrics } from "./metrics.ts";
import { observed } from "./observe.ts";
import type { Operation } from "./operation.ts";
import { attributesOf, checkServed, type Perform } from "./perform.ts";
import { PATCH_TYPES, patchTypesOf, STRATEGIC_PATCH } from "./patch-types.ts";
import { optionsOf, type ResourceTarget, routeOf, selectorsOf, type Target, type UnservedTarget } from "./route.ts";

/** Answers paths that are no resources (discovery, OpenAPI, health); undefined for a path that it does not know. */
export type PathHandler = (
  request: ApiRequest,
  user: User,
) => ApiResponse | undefined | Promise<ApiResponse | undefined>;

/** Answers requests on resources that are no plain call: logs, exec, proxies. Undefined where it has no part in it. */
export type ConnectHandler = (
  request: ApiRequest,
  target: ResourceTarget,
  user: User,
) => Promise<ApiResponse> | undefined;

export interface HandlerParts {
  readonly registry: KindRegistry;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Of calls that are allowed, of what is served. */
  readonly perform: Perform;
  readonly metrics: ApiMetrics;
  readonly encoding: Encoding;
  readonly paths: readonly PathHandler[];
  readonly connects: readonly ConnectHandler[];
  /** Answers what another API server of the cluster answers for; undefined for all else. */
  readonly aggregated: (request: ApiRequest, user: User) => Promise<ApiResponse> | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** The API server as a function from a request to a response. It never throws: what goes wrong is a Status. */
export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

export function createHandler(parts: HandlerParts): Handler {
  return async (request) => {
    try {
      return await answer(parts, request);
    } catch (error) {
      if (error instanceof StatusError) return encodeStatus(error.status, error.code, request);
      if (!request.signal.aborted) {
        parts.log.error("request failed", { method: request.method, path: request.path, error });
      }
      const { status } = internalError(error);
      return encodeStatus(status, 500, request);
    }
  };
}

async function answer(parts: HandlerParts, request: ApiRequest): Promise<ApiResponse> {
  const { authenticator, registry, clock } = parts;
  const own = authenticator.authenticate(request, clock.now());
  const target = routeOf(request, registry);
  return observed(parts.metrics, clock, target, request, () => answerTarget(parts, request, target, own));
}

async function answerTarget(parts: HandlerParts, request: ApiRequest, target: Target, own: User): Promise<ApiResponse> {
  const { authorizer } = parts;
  if (target.type === "path") {
    const { verb, path } = target;
    const user = impersonatedUser(request.headers, { user: own, verb, path }, authorizer) ?? own;
    authorize(authorizer, { user, verb, path });
    const elsewhere = parts.aggregated(request, user);
    if (elsewhere !== undefined) return elsewhere;
    for (const handler of parts.paths) {
      const response = await handler(request, user);
      if (response !== undefined) return response;
    }
    return encodePlain(404, "404 page not found\n");
  }
  if (target.type === "unserved") {
    const asked = unservedAttributes(target);
    const user = impersonatedUser(request.headers, { ...asked, user: own }, authorizer) ?? own;
    authorize(authorizer, { ...asked, user });
    const elsewhere = parts.aggregated(request, user);
    if (elsewhere !== undefined) return elsewhere;
    if (target.isOurs) throw unknownPath();
    return encodePlain(404, "404 page not found\n");
  }
  const user = impersonatedUser(request.headers, attributesOf({ ...target, user: own }), authorizer) ?? own;
  for (const handler of parts.connects) {
    const response = handler(request, target, user);
    if (response !== undefined) return response;
  }
  return answerResource(parts, request, target, user);
}

function unservedAttributes({ verb, ...target }: UnservedTarget): Pick<Attributes, "verb" | "resource"> {
  const { group, version, plural, namespace = "", name = "", subresource = "" } = target;
  return { verb, resource: { group, version, plural, subresource, namespace, name } };
}

/** What nobody serves is answered in words alone. */
function encodePlain(status: number, text: string): ApiResponse {
  const headers = { "cache-control": "no-cache, private", "content-type": "text/plain; charset=utf-8" };
  return { status, headers, body: encodeText(text) };
}

async function answerResource(
  parts: HandlerParts,
  request: ApiRequest,
  target: ResourceTarget,
  user: User,
): Promise<ApiResponse> {
  const { deprecated } = target.kind;
  const warnings: string[] = deprecated === undefined ? [] : [deprecated];
  let response: ApiResponse;
  try {
    authorize(parts.authorizer, attributesOf({ ...target, user, options: selectorsOf(request.query) }));
    const { custom } = target.kind;
    if (custom?.deprecation !== undefined) warnings.push(custom.deprecation);
    checkServed(target);
    const representation = negotiate(request, useOf(target.verb), target.kind);
    const body = await bodyOf(request, target);
    const operation = new RequestOperation(request, target, user, body, parts.clock.now(), warnings);
    response = encodeOutcome(await parts.perform(operation), representation, parts.encoding);
  } catch (error) {
    // What is refused was warned of all the same.
    if (!(error instanceof StatusError) || warnings.length === 0 || error instanceof UnknownForm) throw error;
    response = encodeStatus(error.status, error.code, request);
  }
  if (warnings.length === 0) return response;
  return { ...response, headers: { ...response.headers, warning: warningHeaders(warnings) } };
}

/** A class, because every request makes one: objects put together from pieces cost several times as much. */
class RequestOperation implements Operation {
  readonly verb: Operation["verb"];
  readonly kind: Operation["kind"];
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly body: unknown;
  readonly bodyText: string | undefined;
  readonly bodyProblems: readonly string[] | undefined;
  readonly patchType: PatchType | undefined;
  readonly options: CallOptions;
  readonly user: User;
  readonly userAgent: string;
  readonly receivedAtMs: number;
  readonly cause: Cause | undefined;
  readonly warn: Operation["warn"];
  readonly #request: ApiRequest;

  constructor(
    request: ApiRequest,
    { verb, kind, namespace, name, subresource }: ResourceTarget,
    user: User,
    body: Body,
    receivedAtMs: number,
    warnings: string[],
  ) {
    this.verb = verb;
    this.kind = kind;
    this.namespace = namespace;
    this.name = name;
    this.subresource = subresource;
    this.body = body.body;
    this.bodyText = body.bodyText;
    this.bodyProblems = body.bodyProblems;
    this.patchType = body.patchType;
    this.options = body.options;
    this.user = user;
    this.userAgent = request.headers["user-agent"] ?? "unknown";
    this.receivedAtMs = receivedAtMs;
    this.cause = causeOf(request);
    this.#request = request;
    this.warn = (text) => void warnings.push(text);
  }

  /** Made when somebody asks for it: most calls are over before that. */
  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

function useOf(verb: ResourceTarget["verb"]): Use {
  if (verb === "watch") return "stream";
  return verb === "list" ? "list" : "answer";
}

type Body = Pick<Operation, "options" | "body" | "bodyText" | "bodyProblems" | "patchType">;

async function bodyOf(request: ApiRequest, { verb, kind, subresource }: ResourceTarget): Promise<Body> {
  const options = optionsOf(request.query);
  switch (verb) {
    case "create":
    case "update": {
      const part = kind.subresources.find(({ name }) => name === subresource);
      const body = await readBody(request, { kind: part?.kind ?? kind.kind });
      return { options, body: body.value, bodyProblems: body.problems, ...textOf(body) };
    }
    case "patch": {
      if (kind.custom !== undefined && bareType(request.headers["content-type"] ?? "") === STRATEGIC_PATCH) {
        throw unsupportedMediaType(patchTypesOf(kind));
      }
      const body = await readBody(request, { kind: kind.kind, accepted: PATCH_TYPES });
      const patchType = body.mediaType as PatchType;
      return { options, body: body.value, bodyProblems: body.problems, patchType, ...textOf(body) };
    }
    case "delete":
    case "deletecollection": {
      const body = await readOptionsBody(request);
      return { options: body === undefined ? options : inBody(options, body.value as CallOptions) };
    }
    default:
      return { options };
  }
}

/** Where a deletion has a body, what the query says of the deletion does not count, only what it says of the list. */
function inBody(
  { dryRun: _d, gracePeriodSeconds: _g, orphanDependents: _o, propagationPolicy: _p, ...ofList }: CallOptions,
  body: CallOptions,
): CallOptions {
  return { ...ofList, ...body };
}

function textOf({ text }: { readonly text?: string }): { readonly bodyText?: string } {
  return text === undefined ? {} : { bodyText: text };
}

function causeOf({ headers }: ApiRequest): Cause | undefined {
  const header = headers[CAUSE_HEADER];
  if (header === undefined) {
    // kubectl says which of its commands asks.
    const command = headers["kubectl-command"];
    return command === undefined ? undefined : { actor: command, saw: [] };
  }
  try {
    return JSON.parse(decodeURIComponent(header)) as Cause;
  } catch {
    // A cause is a note for people: one that does not parse is none.
    return undefined;
  }
}
