import type { Kind } from "../api/kind.ts";
import type { ApiCall } from "../client/call.ts";
import type { JsonObject } from "../machinery/json.ts";
import type { KubeObject, ListMeta } from "../machinery/object.ts";
import type { Status } from "../machinery/status.ts";
import type { Entry } from "../store/contract.ts";
import type { User } from "./auth/user.ts";

/** A call and who makes it: what the API server performs, whichever way it came in. */
export interface Operation extends ApiCall {
  readonly user: User;
  readonly userAgent: string;
  /** Milliseconds since the epoch at which the request came in. */
  readonly receivedAtMs: number;
  /** The body's JSON text, from which fields that are given twice can be told. */
  readonly bodyText?: string | undefined;
  /** The body is the object of a client that speaks no JSON: what is empty in it is absent, as it would be in protobuf. */
  readonly typed?: boolean;
  /** What strict reading objects to already. */
  readonly bodyProblems?: readonly string[] | undefined;
  /** Adds a warning for the client. */
  warn(text: string): void;
}

/** Another operation of the same request. Its signal and warnings are the request's, so spreading it would lose them. */
export function derivedOperation(operation: Operation, changes: Partial<Operation>): Operation {
  return { ...operation, signal: operation.signal, warn: (text) => operation.warn(text), ...changes };
}

/** What came of it, before any encoding. */
export type Outcome = ObjectOutcome | ListOutcome | WatchOutcome | StatusOutcome;

export interface ObjectOutcome {
  readonly type: "object";
  readonly code: 200 | 201 | 202;
  readonly kind: Kind;
  readonly object: KubeObject;
  /** The stored version, where the answer is exactly that: its encoding is at hand. */
  readonly entry?: Entry<KubeObject>;
}

export interface ListOutcome {
  readonly type: "list";
  readonly kind: Kind;
  readonly metadata: ListMeta;
  readonly entries: readonly Entry<KubeObject>[];
}

export interface WatchOutcome {
  readonly type: "watch";
  readonly kind: Kind;
  readonly steps: AsyncIterable<readonly WatchStep[]>;
}

export interface StatusOutcome {
  readonly type: "status";
  readonly code: number;
  readonly status: Status;
}

export type WatchStep =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly entry: Entry<KubeObject> }
  | { readonly type: "BOOKMARK"; readonly revision: number; readonly initialEventsEnd: boolean }
  | { readonly type: "ERROR"; readonly status: Status };

/** An object that answers a call and is not (exactly) what is stored. */
export function objectOutcome(kind: Kind, object: KubeObject | JsonObject, code: 200 | 201 | 202 = 200): ObjectOutcome {
  return { type: "object", code, kind, object: object as KubeObject };
}

export function entryOutcome(kind: Kind, entry: Entry<KubeObject>, code: 200 | 201 | 202 = 200): ObjectOutcome {
  return { type: "object", code, kind, object: entry.value, entry };
}
