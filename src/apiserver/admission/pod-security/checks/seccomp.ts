import { SECCOMP_POD, SECCOMP_PREFIX } from "../../../../api/core/v1/pod-spec/annotations.ts";
import type { SeccompProfile } from "../../../../api/generated/core-v1.ts";
import { quoted } from "../../../../machinery/issue.ts";
import type { CheckedPod, Violation } from "../check.ts";
import { containersOf, containersText, containersWhere, settersWhere } from "../containers.ts";
import { distinct, listed, worded } from "../wording.ts";

const REASON = "seccompProfile";

/** Before there were fields, annotations said it. */
export function seccompAnnotations({ metadata: { annotations = {} }, spec }: CheckedPod): Violation | undefined {
  const keys = [SECCOMP_POD, ...containersOf(spec).map(({ name }) => `${SECCOMP_PREFIX}${name}`)];
  const forbidden = keys.flatMap((key) => {
    const value = annotations[key];
    return value === undefined || isAnnotatedProfile(value) ? [] : [`${key}=${quoted(value)}`];
  });
  if (forbidden.length === 0) return undefined;
  const texts = distinct(forbidden);
  return { reason: REASON, detail: `forbidden ${worded(texts.length, "annotation")} ${texts.join(", ")}` };
}

function isAnnotatedProfile(value: string): boolean {
  return value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
}

export function seccompProfile({ spec }: CheckedPod): Violation | undefined {
  const { names, contexts } = settersWhere(spec, (context) => isForbidden(context.seccompProfile));
  if (names.length === 0) return undefined;
  const types = distinct(contexts.map((context) => context.seccompProfile!.type));
  const detail = `${names.join(" and ")} must not set securityContext.seccompProfile.type to ${listed(types)}`;
  return { reason: REASON, detail };
}

function isForbidden(profile: SeccompProfile | undefined): boolean {
  return profile !== undefined && profile.type !== "RuntimeDefault" && profile.type !== "Localhost";
}

/** Every container has a profile, of its own or the pod's. */
export function requiredSeccompProfile(pod: CheckedPod): Violation | undefined {
  const forbidden = seccompProfile(pod);
  if (forbidden !== undefined || pod.spec.securityContext.seccompProfile !== undefined) return forbidden;
  const names = containersWhere(pod.spec, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  if (names.length === 0) return undefined;
  const must = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason: REASON, detail: `pod or ${containersText(names)} ${must}` };
}
