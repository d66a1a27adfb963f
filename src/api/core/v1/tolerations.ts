import type { Taint, Toleration } from "../../generated/core-v1.ts";

/** Whether one toleration covers a taint: an empty key with Exists covers all, an empty effect all effects. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { key = "", effect, operator = "Equal", value = "" } = toleration;
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== "" && key !== taint.key) return false;
  switch (operator) {
    case "Exists":
      return true;
    case "Equal":
      return key !== "" && value === (taint.value ?? "");
    case "Lt":
    case "Gt":
      return compares(operator, taint.value ?? "", value);
  }
}

/** The first taint that keeps the pod off and that nothing tolerates. */
export function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  counts: (taint: Taint) => boolean,
): Taint | undefined {
  return taints.find((taint) => counts(taint) && !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function compares(operator: "Lt" | "Gt", taint: string, toleration: string): boolean {
  if (!/^-?\d+$/.test(taint) || !/^-?\d+$/.test(toleration)) return false;
  return operator === "Lt" ? BigInt(taint) < BigInt(toleration) : BigInt(taint) > BigInt(toleration);
}
