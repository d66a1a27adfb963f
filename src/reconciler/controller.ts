import type { Kind } from "../api/kind.ts";
import type { KindRegistry } from "../api/registry.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Cache, Scoped } from "../client/cache.ts";
import type { Client } from "../client/client.ts";
import type { ObjectChange, Scope } from "../client/informer.ts";
import type { EventRecorder } from "../client/recorder.ts";
import type { KubeObject, LabelSelector } from "../machinery/object.ts";

/**
 * A control loop, declared: observe, compare, act, for ever. `reconcile` takes a key and never an event, so a lost event
 * is never a lost change. The runtime (`run.ts`) calls it for a key when an object of the kind changes, when one that it
 * owns does, when `watches` says so, when it asked for it, and again after a failure; never twice at a time for one key,
 * and not before the caches have seen the loop's own last writes for that key.
 */
export interface Controller<T extends KubeObject = KubeObject> {
  /** Kubernetes' name of the loop; its writes have it as their cause's actor. */
  readonly name: string;
  /** Absent where `everyKind` says what is looked at. */
  readonly reconciles?: Kind<T>;
  /** Kinds of which it controls objects: a change of one reconciles its owner. */
  readonly owns?: readonly Kind[];
  /**
   * Which objects of the owned kinds in its namespace the owner adopts when they have no controller, and releases when
   * they no longer match. Absent: ownership is set at creation only.
   */
  claims?(object: T): LabelSelector | Readonly<Record<string, string>> | undefined;
  /** A finalizer on everything that it controls: it comes with adoption and goes with release. */
  readonly finalizer?: string;
  readonly watches?: readonly Watched[];
  readonly everyKind?: EveryKind;
  /** The kinds of which it knows only a part, where the rest is large and no concern of it; it may write no other objects of them. */
  readonly scopes?: readonly Scoped[];
  /** How many keys are worked on at once. Default 5. */
  readonly workers?: number;
  /** The identity it acts under. Default `system:serviceaccount:kube-system:<name>-controller`. */
  readonly user?: string;
  /** Who tells, in its events. Default `<name>-controller`. */
  readonly tellsAs?: string;
  reconcile(key: string, context: ReconcileContext): Promise<ReconcileResult>;
}

/** Another kind whose changes concern the loop, and whose keys they concern. */
export interface Watched<W extends KubeObject = KubeObject> {
  readonly kind: Kind<W>;
  /** @param old the version before an update. */
  keys(object: W, cache: Cache, old?: W): Iterable<string>;
}

/**
 * Kinds as they come and go: what a loop watches that must know everything. It gets the metadata of their objects: whole
 * ones would fill the memory with what nobody reads.
 */
export interface EveryKind {
  readonly registry: KindRegistry;
  includes(kind: Kind): boolean;
  /** Of which kinds it reads more than metadata. Default none. */
  readsContent?(kind: Kind): boolean;
  /** The keys that a change concerns: the loop's own, it alone reads them. */
  keys(kind: Kind, change: ObjectChange<KubeObject>, cache: Cache): Iterable<string>;
}

/** Typed as {@link Watched}: `watches: [watched(Pod, (pod, cache) => …)]`. */
export function watched<W extends KubeObject>(
  kind: Kind<W>,
  keys: (object: W, cache: Cache, old?: W) => Iterable<string>,
): Watched {
  return { kind: kind as unknown as Kind, keys: keys as Watched["keys"] };
}

/** Typed as {@link Scoped}: `scopes: [scoped(Secret, { namespace: "kube-system" })]`. */
export function scoped<S extends KubeObject>(kind: Kind<S>, scope: Scope): Scoped {
  return { kind: kind as unknown as Kind, scope };
}

export interface ReconcileContext {
  /** What the loop knows of the world. */
  readonly cache: Cache;
  /** Writes through it carry the cause, and the runtime waits for the cache to show them. */
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventRecorder;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Acts on many at once: 1, 2, 4, … at a time; stops at the first batch with a failure, and throws it. */
  inBatches<I>(items: readonly I[], act: (item: I) => Promise<unknown>): Promise<void>;
  /** Says why the writes that follow are made, for `wherry why`. */
  because(reason: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Nothing more to do until something changes; or look again after a while. */
export type ReconcileResult = { readonly recheckAfterMs?: number };

export const settled: ReconcileResult = {};

export function defineController<T extends KubeObject>(controller: Controller<T>): Controller<T> {
  return controller;
}
