import type { PodSpec } from "../../../api/generated/core-v1.ts";
import type { Level } from "./standard.ts";

/** What is looked at: a pod, or the template of one. */
export interface CheckedPod {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

/** What a pod asks for that it may not have. */
export interface Violation {
  /** A few words, by which pods are put together: `host namespaces`. */
  readonly reason: string;
  /** Which containers, volumes or values it is about. */
  readonly detail: string;
}

export type Inspect = (pod: CheckedPod) => Violation | undefined;

/** One rule of the Pod Security Standards. */
export interface Check {
  /** Checks of a level are made in the order of their ids. */
  readonly id: string;
  /** From which level on it is made. */
  readonly level: Exclude<Level, "privileged">;
  /** The check of the level before that it makes needless. */
  readonly replaces?: string;
  /** What it says, by the minor version of Kubernetes since which it says so; the oldest first. */
  readonly revisions: readonly Revision[];
}

export interface Revision {
  readonly since: number;
  readonly inspect: Inspect;
}
