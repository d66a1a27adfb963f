import type { SeenChange } from "../../base/cause.ts";

/**
 * How one object came to be and what became of it, told from what the store remembers of each change beside the value.
 * Nothing in it is guessed: what is no longer remembered is said to be missing.
 */
export interface Story {
  readonly subject: StorySubject;
  /** Milliseconds since the epoch of the request that set it all off. */
  readonly startMs: number;
  /** In the order of revisions, which is the order in which things became true. */
  readonly steps: readonly Step[];
  /** What it waits for now, a sentence each; empty where it waits for nothing. */
  readonly waitsFor: readonly string[];
  /** What the story cannot tell. */
  readonly missing: readonly string[];
}

export interface StorySubject {
  /** The store's key. */
  readonly key: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly exists: boolean;
}

export interface Step {
  readonly key: string;
  /** `Pod default/web`. */
  readonly object: string;
  readonly revision: number;
  /** When the request came in, in milliseconds since the epoch; may lie before that of the step above it. */
  readonly atMs: number;
  /** From the story's start; negative for what was there before. */
  readonly sinceStartMs: number;
  /** How long whoever did it thought before asking, in milliseconds; absent where it was not said. */
  readonly thoughtMs?: number;
  /** Why the step is in the story: the object itself, what owns it, what led to it, or what was said about it. */
  readonly part: "own" | "owner" | "cause" | "event";
  readonly who: { readonly actor: string; readonly user: string };
  /** `creates Pod default/web`. */
  readonly what: string;
  readonly why?: string;
  readonly saw: readonly SeenStep[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** What changed, a line a point. */
  readonly details: readonly string[];
}

/** A change that led to a step; `told` where it is a step of the same story. */
export interface SeenStep extends SeenChange {
  readonly object: string;
  readonly told: boolean;
}
