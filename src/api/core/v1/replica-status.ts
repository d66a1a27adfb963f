import { invalid } from "../../../machinery/issue.ts";
import { checkNonnegative, type Issues } from "../../checks.ts";

interface ReplicaFigures {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly terminatingReplicas?: number;
  readonly observedGeneration?: number;
}

/** The figures of a status must be possible together. */
export function checkReplicaStatus(status: ReplicaFigures, issues: Issues): void {
  const { replicas, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  checkNonnegative(replicas, "status.replicas", issues);
  checkNonnegative(fullyLabeledReplicas, "status.fullyLabeledReplicas", issues);
  checkNonnegative(readyReplicas, "status.readyReplicas", issues);
  checkNonnegative(availableReplicas, "status.availableReplicas", issues);
  checkNonnegative(status.observedGeneration, "status.observedGeneration", issues);
  checkNonnegative(status.terminatingReplicas, "status.terminatingReplicas", issues);
  checkAtMost(fullyLabeledReplicas, replicas, "status.fullyLabeledReplicas", issues);
  checkAtMost(readyReplicas, replicas, "status.readyReplicas", issues);
  checkAtMost(availableReplicas, replicas, "status.availableReplicas", issues);
  if (availableReplicas > readyReplicas) {
    issues.push(invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas"));
  }
}

export function checkAtMost(value: number, replicas: number, at: string, issues: Issues): void {
  if (value > replicas) issues.push(invalid(at, value, "cannot be greater than status.replicas"));
}

/** A count of collisions only grows. */
export function checkCollisions(now: number | undefined, before: number | undefined, issues: Issues): void {
  if (before !== undefined && (now ?? -1) < before) {
    issues.push(invalid("status.collisionCount", now ?? 0, "cannot be decremented"));
  }
}
