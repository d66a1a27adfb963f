import type { Node, NodeSelectorTerm } from "../../generated/core-v1.ts";

type Requirement = NonNullable<NodeSelectorTerm["matchExpressions"]>[number];

/** Whether a node fits one of the terms; a term without requirements fits none. */
export function nodeMatchesAny(terms: readonly NodeSelectorTerm[], node: Node): boolean {
  return terms.some((term) => nodeMatches(term, node));
}

export function nodeMatches({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((requirement) => holds(requirement, labels[requirement.key])) &&
    matchFields.every((requirement) =>
      holds(requirement, requirement.key === "metadata.name" ? node.metadata.name : ""),
    )
  );
}

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt":
      return value !== undefined && isGreater(operator, value, values[0] ?? "");
  }
}

function isGreater(operator: "Gt" | "Lt", value: string, bound: string): boolean {
  if (!/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
  return operator === "Gt" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}
