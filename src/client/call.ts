import type { Cause } from "../base/cause.ts";
import type { Kind } from "../api/kind.ts";
import type { KubeObject, ListMeta } from "../machinery/object.ts";

/** One request to the API in terms of kinds and values; what both transports carry. */
export interface ApiCall {
  readonly verb: Verb;
  readonly kind: Kind;
  /** Absent for cluster-scoped kinds and for all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  readonly body?: unknown;
  /** The media type of a patch's body. */
  readonly patchType?: PatchType | undefined;
  readonly options: CallOptions;
  readonly signal: AbortSignal;
  readonly cause?: Cause | undefined;
}

export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/apply-patch+yaml";

/** The query parameters and, for deletions, the body's options, under the names that Kubernetes gives them. */
export interface CallOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly dryRun?: readonly string[];
  readonly fieldManager?: string;
  readonly fieldValidation?: string;
  readonly force?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface List<T> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  readonly items: readonly T[];
}

export type WatchEvent<T extends KubeObject = KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  /** Carries nothing but a resourceVersion up to which everything has been sent. */
  | { readonly type: "BOOKMARK"; readonly object: { readonly metadata: Bookmark } };

export interface Bookmark {
  readonly resourceVersion: string;
  /** `k8s.io/initial-events-end` marks the end of the initial events. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Carries calls to an API server: in process, or over HTTP. Refusals are thrown as StatusError by both. */
export interface Transport {
  /** Answers an object, a list or a Status, as the call asks. */
  send(call: ApiCall): Promise<unknown>;
  /**
   * Batches of events, in order. Ends quietly when the server ends the watch or the signal is aborted; throws StatusError
   * (410 Expired when the revision is gone) or the carrier's error when the connection breaks.
   */
  watch(call: ApiCall): AsyncIterable<readonly WatchEvent[]>;
}
