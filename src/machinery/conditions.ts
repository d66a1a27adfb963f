/** What the conditions of all kinds have in common. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string | null;
}

/**
 * The conditions with this one in them, as Kubernetes' API machinery sets one: a new one at the end, a known one in its
 * place; the time of transition moves only with the status.
 */
export function setCondition<C extends Condition>(conditions: readonly C[] | null | undefined, next: C): C[] {
  const present = conditions?.find(({ type }) => type === next.type);
  if (present === undefined) return [...(conditions ?? []), next];
  const since = present.status === next.status ? present.lastTransitionTime : undefined;
  const placed = { ...next, lastTransitionTime: since ?? next.lastTransitionTime };
  return conditions!.map((each) => (each === present ? placed : each));
}
