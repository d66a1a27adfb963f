import { invalid, type Issue } from "../machinery/issue.ts";

/** Kubernetes' sentence for counts below zero; an absent one is fine. */
export function* nonnegative(field: string, value: number | undefined): Iterable<Issue> {
  if (value !== undefined && value < 0) yield invalid(field, value, "must be greater than or equal to 0");
}
