import type { Step as RecordedStep } from "../../src/apiserver/answers/replay.ts";

/**
 * One thing that is done to both clusters. In its texts `{ns}` stands for the case's own namespace, `{name.uid}`, `{name.rv}`,
 * `{name.continue}` and `{name:metadata.labels.app}` for parts of the answer that an earlier step named with `as`; an object
 * with `"...": "name"` is laid over the whole of that answer.
 */
export type Step = HttpStep | KubectlStep;

/** A request as it is sent, and the whole answer. The recorded answers of `src/apiserver/answers` are made of the same steps. */
export interface HttpStep extends Omit<RecordedStep, "during"> {
  readonly during?: readonly Step[];
  /** Asks again and again until this holds for the answer's body; that answer is compared. Give it what cannot be undone. */
  readonly until?: (body: Json) => boolean;
  /** What of the body is compared, if not all: for objects that several loops write at once. */
  readonly see?: (body: Json) => unknown;
}

/** A command line behind `kubectl`, in the case's namespace. */
export interface KubectlStep {
  readonly kubectl: string;
  /** What it reads from `-f -`; text as it is, all else as JSON. */
  readonly input?: unknown;
  /** Runs it again until this holds for what it printed; that output is compared. */
  readonly until?: (stdout: string) => boolean;
}

/** A body as it came: whatever the server sent. Cases know what they ask for, so its parts are taken on trust. */
// oxlint-disable-next-line typescript/no-explicit-any -- a case reads foreign JSON of any kind; types would say it twice
export type Json = any;

/**
 * What runs: API servers alone, where nothing but the case writes; or control planes whole, with loops and scheduler. In
 * `nodes` one case comes after the other, and all nodes are its own: the scheduler tells of every node there is.
 */
export type World = "api" | "cluster" | "nodes";

export interface Case {
  /** The namespace, too, that it works in. */
  readonly name: string;
  readonly world: World;
  readonly steps: readonly Step[];
}

export function defineCase(name: string, world: World, steps: readonly Step[]): Case {
  return { name, world, steps };
}
