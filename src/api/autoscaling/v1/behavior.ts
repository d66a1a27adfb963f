import type { HorizontalPodAutoscaler } from "../../generated/autoscaling-v2.ts";

type Behavior = NonNullable<HorizontalPodAutoscaler["spec"]["behavior"]>;
type Rules = Behavior["scaleUp"];

/** The behavior as it is written into an annotation: as Kubernetes' server holds it, with Go's names. */
export function internalBehavior({ scaleUp, scaleDown }: Behavior): object {
  return { ScaleUp: internalRules(scaleUp), ScaleDown: internalRules(scaleDown) };
}

function internalRules(rules: Rules | undefined): object | null {
  if (rules === undefined) return null;
  const { stabilizationWindowSeconds = null, selectPolicy = null, policies = null, tolerance = null } = rules;
  return {
    StabilizationWindowSeconds: stabilizationWindowSeconds,
    SelectPolicy: selectPolicy,
    Policies:
      policies?.map(({ type, value, periodSeconds }) => ({ Type: type, Value: value, PeriodSeconds: periodSeconds })) ??
      null,
    Tolerance: tolerance,
  };
}

/** Undefined for one that says nothing. */
export function behaviorOf(internal: unknown): Behavior | undefined {
  const { ScaleUp: up, ScaleDown: down } = internal as { readonly ScaleUp?: Internal; readonly ScaleDown?: Internal };
  if (!up && !down) return undefined;
  return { ...(up ? { scaleUp: rulesOf(up) } : {}), ...(down ? { scaleDown: rulesOf(down) } : {}) } as Behavior;
}

interface Internal {
  readonly StabilizationWindowSeconds?: number | null;
  readonly SelectPolicy?: string | null;
  readonly Policies?:
    | readonly { readonly Type: string; readonly Value: number; readonly PeriodSeconds: number }[]
    | null;
  readonly Tolerance?: string | null;
}

function rulesOf({
  StabilizationWindowSeconds: window,
  SelectPolicy: select,
  Policies: policies,
  Tolerance,
}: Internal) {
  return {
    ...(window === null || window === undefined ? {} : { stabilizationWindowSeconds: window }),
    ...(select ? { selectPolicy: select } : {}),
    ...(policies
      ? {
          policies: policies.map(({ Type: type, Value: value, PeriodSeconds: periodSeconds }) => ({
            type,
            value,
            periodSeconds,
          })),
        }
      : {}),
    ...(Tolerance ? { tolerance: Tolerance } : {}),
  };
}
