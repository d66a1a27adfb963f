import type { Condition } from "../machinery/conditions.ts";

export function conditionOf<C extends Condition>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions with this one in them, as most loops of Kubernetes set theirs: one with the same status and reason stays
 * as it is, whatever its message; the time of transition moves only with the status; a changed one goes to the end.
 */
export function withCondition<C extends Condition>(conditions: readonly C[] | undefined, condition: C): readonly C[] {
  const present = conditionOf(conditions, condition.type);
  if (present?.status === condition.status && present.reason === condition.reason) return conditions!;
  const kept = present?.status === condition.status ? { lastTransitionTime: present.lastTransitionTime } : {};
  return [...withoutCondition(conditions, condition.type), { ...condition, ...kept } as C];
}

export function withoutCondition<C extends Condition>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  return conditions?.filter((condition) => condition.type !== type) ?? [];
}
