import type { CheckedPod, Violation } from "../check.ts";
import { type AnyContainer, containersOf, containersText, containersWhere } from "../containers.ts";
import { distinct, listed } from "../wording.ts";

export function privileged({ spec }: CheckedPod): Violation | undefined {
  const names = containersWhere(spec, ({ securityContext }) => securityContext?.privileged === true);
  if (names.length === 0) return undefined;
  return { reason: "privileged", detail: `${containersText(names)} must not set securityContext.privileged=true` };
}

export function privilegeEscalation({ spec }: CheckedPod): Violation | undefined {
  const names = containersWhere(spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (names.length === 0) return undefined;
  const detail = `${containersText(names)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: "allowPrivilegeEscalation != false", detail };
}

/** Those that runtimes give containers by themselves; NET_RAW, which they also gave, is left out on purpose. */
const DEFAULT_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);

export function nonDefaultCapabilities({ spec }: CheckedPod): Violation | undefined {
  const detail = addedText({ spec }, (capability) => !DEFAULT_CAPABILITIES.has(capability));
  return detail === undefined ? undefined : { reason: "non-default capabilities", detail };
}

export function unrestrictedCapabilities({ spec }: CheckedPod): Violation | undefined {
  const keeping = containersWhere(
    spec,
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes("ALL") !== true,
  );
  const details = [
    keeping.length === 0 ? undefined : `${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`,
    addedText({ spec }, (capability) => capability !== "NET_BIND_SERVICE"),
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? undefined : { reason: "unrestricted capabilities", detail: details.join("; ") };
}

function addedText({ spec }: Pick<CheckedPod, "spec">, isForbidden: (capability: string) => boolean) {
  const added = ({ securityContext }: AnyContainer) => (securityContext?.capabilities?.add ?? []).filter(isForbidden);
  const names = containersWhere(spec, (container) => added(container).length > 0);
  if (names.length === 0) return undefined;
  const capabilities = listed(distinct(containersOf(spec).flatMap(added)));
  return `${containersText(names)} must not include ${capabilities} in securityContext.capabilities.add`;
}
