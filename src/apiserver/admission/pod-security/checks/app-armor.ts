import { APPARMOR_PREFIX } from "../../../../api/core/v1/pod-spec/annotations.ts";
import { byteOrder } from "../../../../machinery/byte-order.ts";
import { quoted } from "../../../../machinery/issue.ts";
import type { CheckedPod, Violation } from "../check.ts";
import { settersWhere } from "../containers.ts";
import { distinct, listed, worded } from "../wording.ts";

/** What a node confines containers with may be another profile of the node's, but not none; also in the older annotations. */
export function appArmorProfile({ metadata, spec }: CheckedPod): Violation | undefined {
  const { names, contexts } = settersWhere(
    spec,
    ({ appArmorProfile }) => appArmorProfile !== undefined && !isProfile(appArmorProfile.type),
  );
  const annotations = Object.entries(metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APPARMOR_PREFIX) && !isAnnotatedProfile(value))
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .toSorted(byteOrder);
  const setters = annotations.length === 0 ? names : [...names, worded(annotations.length, "annotation")];
  if (setters.length === 0) return undefined;
  const values = [...distinct(contexts.map(({ appArmorProfile }) => appArmorProfile!.type)), ...annotations];
  return {
    reason: worded(values.length, "forbidden AppArmor profile"),
    detail: `${setters.join(" and ")} must not set AppArmor profile type to ${listed(values)}`,
  };
}

function isProfile(type: string): boolean {
  return type === "RuntimeDefault" || type === "Localhost";
}

function isAnnotatedProfile(value: string): boolean {
  return value === "" || value === "runtime/default" || value.startsWith("localhost/");
}
