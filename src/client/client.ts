import type { Cause } from "../base/cause.ts";
import type { Kind } from "../api/kind.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { sameJson } from "../machinery/same-json.ts";
import type { Status } from "../machinery/status.ts";
import type { ApiCall, CallOptions, List, PatchType, Transport, Verb, WatchEvent } from "./call.ts";

/**
 * The one way to the API. Components get a Client and never the API server; each Client acts under one identity. Reads
 * give stored objects, immutable and possibly shared with others; writes take drafts and give the stored result.
 * Refusals are thrown as StatusError.
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: Waits & CallOptions): Promise<T>;
  list<T extends KubeObject>(kind: Kind<T>, options: Waits & InNamespace & CallOptions): Promise<List<T>>;
  watch<T extends KubeObject>(
    kind: Kind<T>,
    options: Waits & InNamespace & CallOptions,
  ): AsyncIterable<readonly WatchEvent<T>[]>;
  create<T extends KubeObject>(kind: Kind<T>, object: Draft<T>, options: WriteOptions): Promise<T>;
  /** Conditional on `metadata.resourceVersion` where the draft has one. */
  update<T extends KubeObject>(kind: Kind<T>, object: Draft<T>, options: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions): Promise<T>;
  /** Answers the object while it is still there (finalizers, grace), else a Status. */
  delete<T extends KubeObject>(
    kind: Kind<T>,
    name: ObjectName,
    options: WriteOptions & { readonly uid?: string },
  ): Promise<T | Status>;
  deleteCollection(kind: Kind, options: WriteOptions & InNamespace): Promise<void>;
  /** Writes `status` and nothing else, conditional on the object's resourceVersion; no request where nothing differs. */
  setStatus<T extends KubeObject & { readonly status?: unknown }>(
    kind: Kind<T>,
    object: T,
    status: T["status"],
    options: WriteOptions,
  ): Promise<T>;
  /** Reads a subresource whose body is another kind (scale). */
  getSubresource<B>(kind: Kind, name: ObjectName, subresource: string, options: Waits): Promise<B>;
  /** Posts to a subresource whose body is another kind (binding, eviction, token). */
  createSubresource<B>(
    kind: Kind,
    name: ObjectName,
    subresource: string,
    body: unknown,
    options: WriteOptions,
  ): Promise<B>;
}

export interface ObjectName {
  readonly namespace?: string;
  readonly name: string;
}

export interface Waits {
  readonly signal: AbortSignal;
}

export interface InNamespace {
  /** Absent means all namespaces. */
  readonly namespace?: string;
}

export interface WriteOptions extends Waits, CallOptions {
  readonly subresource?: string;
  readonly cause?: Cause;
}

export interface Patch {
  readonly type: PatchType;
  readonly body: unknown;
}

/** A JSON merge patch (RFC 7386). */
export function mergePatch(body: unknown): Patch {
  return { type: "application/merge-patch+json", body };
}

export function strategicPatch(body: unknown): Patch {
  return { type: "application/strategic-merge-patch+json", body };
}

export function jsonPatch(body: readonly unknown[]): Patch {
  return { type: "application/json-patch+json", body };
}

/** Server-side apply of this configuration; the field manager is an option of the call. */
export function applyPatch(body: unknown): Patch {
  return { type: "application/apply-patch+yaml", body };
}

/** Derives the whole Client from a transport, once for both transports. */
export function createClient(transport: Transport): Client {
  const send = async <R>(verb: Verb, kind: Kind, target: Target, options: WriteOptions): Promise<R> =>
    (await transport.send(toCall(verb, kind, target, options))) as R;
  const nameOf = (object: Draft<KubeObject>): ObjectName => ({
    name: object.metadata?.name ?? "",
    ...namespaceOf(object.metadata),
  });
  const client: Client = {
    get: (kind, name, options) => send("get", kind, name, options),
    list: (kind, options) => send("list", kind, namespaceOf(options), options),
    watch: (kind, options) =>
      transport.watch(toCall("watch", kind, namespaceOf(options), options)) as AsyncIterable<never>,
    create: (kind, object, options) =>
      send("create", kind, { ...namespaceOf(object.metadata as InNamespace), body: object }, options),
    update: (kind, object, options) =>
      send("update", kind, { ...nameOf(object as Draft<KubeObject>), body: object }, options),
    patch: (kind, name, patch, options) =>
      send("patch", kind, { ...name, body: patch.body, patchType: patch.type }, options),
    delete: (kind, name, { uid, ...options }) =>
      send(
        "delete",
        kind,
        name,
        uid === undefined ? options : { ...options, preconditions: { ...options.preconditions, uid } },
      ),
    deleteCollection: (kind, options) => send("deletecollection", kind, namespaceOf(options), options),
    setStatus: async (kind, object, status, options) =>
      sameJson(object.status, status)
        ? object
        : send(
            "update",
            kind,
            { ...nameOf(object as Draft<KubeObject>), body: { ...object, status } },
            { ...options, subresource: "status" },
          ),
    getSubresource: (kind, name, subresource, options) => send("get", kind, name, { ...options, subresource }),
    createSubresource: (kind, name, subresource, body, options) =>
      send("create", kind, { ...name, body }, { ...options, subresource }),
  };
  return client;
}

interface Target {
  readonly namespace?: string;
  readonly name?: string;
  readonly body?: unknown;
  readonly patchType?: PatchType;
}

function toCall(verb: Verb, kind: Kind, target: Target, given: WriteOptions & InNamespace): ApiCall {
  const { signal, cause, subresource, namespace: _namespace, ...options } = given;
  return {
    verb,
    kind,
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...(target.name === undefined ? {} : { name: target.name }),
    ...(target.body === undefined ? {} : { body: target.body }),
    ...(target.patchType === undefined ? {} : { patchType: target.patchType }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(cause === undefined ? {} : { cause }),
    options,
    signal,
  };
}

function namespaceOf(source: { readonly namespace?: string | undefined } | undefined): InNamespace {
  return source?.namespace === undefined || source.namespace === "" ? {} : { namespace: source.namespace };
}
