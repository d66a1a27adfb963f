/**
 * Why a write was made. It travels beside the object, never in it: as an option of the write, in a request header
 * between processes, and with the change in the store. `wherry why` reads these and nothing else.
 */
export interface Cause {
  /** Who decided: a loop (`replicaset`), a component (`kubelet/node-1`) or a user agent (`kubectl run`). */
  readonly actor: string;
  /** The changes that the actor had seen since it last looked at this key, oldest first; bounded by the actor. */
  readonly saw: readonly SeenChange[];
  /** What the actor concluded, in a few words, with structured facts beside it. */
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch at which the actor began to look. */
  readonly startedAtMs?: number;
}

/** One observed change: the store's key of the object and the revision of the change. */
export interface SeenChange {
  readonly key: string;
  readonly revision: number;
}
