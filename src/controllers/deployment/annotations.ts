import type { Deployment, ReplicaSet } from "../../api/generated/apps-v1.ts";
import { maxSurge } from "./strategy.ts";

type Annotations = Readonly<Record<string, string>>;

export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** What belongs to one object alone and is never copied from a Deployment to its ReplicaSets. */
const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

/** The history of revisions holds about a hundred numbers. */
const HISTORY_CHARACTERS = 2000;

/** The annotations of the ReplicaSet that has the Deployment's present template: the change's cause and its revision. */
export function currentAnnotations(deployment: Deployment, own: Annotations, revision: bigint): Annotations {
  const next: Record<string, string> = { ...own };
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(name)) next[name] = value;
  }
  const before = own[REVISION];
  const oldRevision = before === undefined || before === "" ? 0n : integer(before);
  if (oldRevision === undefined || oldRevision >= revision) return next;
  next[REVISION] = String(revision);
  if (before === undefined) return next;
  const history = withRevision(own[REVISION_HISTORY] ?? "", before);
  return history === undefined ? next : { ...next, [REVISION_HISTORY]: history };
}

/** By these a later look can tell that the Deployment was scaled, and to what its ReplicaSets were in proportion. */
export function sizeAnnotations(deployment: Deployment): Annotations {
  const { replicas } = deployment.spec;
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + maxSurge(deployment)) };
}

/** Revisions are integers of 64 bits; what is none is undefined. */
export function revisionOf({ metadata }: Pick<ReplicaSet, "metadata">): bigint | undefined {
  const text = metadata.annotations?.[REVISION];
  return text === undefined ? 0n : integer(text);
}

export function desiredReplicas(set: ReplicaSet): number | undefined {
  return wholeNumber(set.metadata.annotations?.[DESIRED_REPLICAS]);
}

export function maxReplicas(set: ReplicaSet): number | undefined {
  return wholeNumber(set.metadata.annotations?.[MAX_REPLICAS]);
}

/** Appends to the history; the oldest make room. Undefined where the new one alone is too long. */
function withRevision(history: string, revision: string): string | undefined {
  if (history === "") return revision;
  const revisions = history.split(",");
  let length = history.length + revision.length + 1;
  while (length > HISTORY_CHARACTERS && revisions.length > 0) length -= revisions.shift()!.length + 1;
  return length > HISTORY_CHARACTERS ? undefined : [...revisions, revision].join(",");
}

function integer(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined;
}
