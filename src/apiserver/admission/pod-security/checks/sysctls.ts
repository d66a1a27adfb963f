import type { CheckedPod, Inspect, Violation } from "../check.ts";

/** @param safe those that a pod has for itself, and that do no harm to others on its node */
export function sysctls(safe: readonly string[]): Inspect {
  return ({ spec }: CheckedPod): Violation | undefined => {
    const names = (spec.securityContext.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.includes(name));
    return names.length === 0 ? undefined : { reason: "forbidden sysctls", detail: names.join(", ") };
  };
}
