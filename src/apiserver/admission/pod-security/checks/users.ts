import type { CheckedPod, Violation } from "../check.ts";
import { containersText, containersWhere, settersWhere } from "../containers.ts";

/** Every container says, or the pod for it, that it is not root; and none that it may be. */
export function runAsNonRoot({ spec }: CheckedPod): Violation | undefined {
  const reason = "runAsNonRoot != true";
  const { names } = settersWhere(spec, (context) => context.runAsNonRoot === false);
  if (names.length > 0) {
    return { reason, detail: `${names.join(" and ")} must not set securityContext.runAsNonRoot=false` };
  }
  if (spec.securityContext.runAsNonRoot === true) return undefined;
  const silent = containersWhere(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
}

export function runAsUser({ spec }: CheckedPod): Violation | undefined {
  const { names } = settersWhere(spec, (context) => context.runAsUser === 0);
  if (names.length === 0) return undefined;
  return { reason: "runAsUser=0", detail: `${names.join(" and ")} must not set runAsUser=0` };
}
