import type { SELinuxOptions } from "../../../../api/generated/core-v1.ts";
import type { CheckedPod, Inspect, Violation } from "../check.ts";
import { settersWhere } from "../containers.ts";
import { distinct, listed, worded } from "../wording.ts";

/** @param types of processes that containers may be of */
export function seLinuxOptions(types: readonly string[]): Inspect {
  const isType = (type: string) => type === "" || types.includes(type);
  return ({ spec }: CheckedPod): Violation | undefined => {
    const { names, contexts } = settersWhere(spec, (context) => {
      const { type, user, role } = textsOf(context.seLinuxOptions);
      return !isType(type) || user !== "" || role !== "";
    });
    if (names.length === 0) return undefined;
    const options = contexts.map((context) => textsOf(context.seLinuxOptions));
    const forbidden = distinct(options.map(({ type }) => type).filter((type) => !isType(type)));
    const faults = [
      ...(forbidden.length === 0 ? [] : [`${worded(forbidden.length, "type")} ${listed(forbidden)}`]),
      ...(options.some(({ user }) => user !== "") ? ["user may not be set"] : []),
      ...(options.some(({ role }) => role !== "") ? ["role may not be set"] : []),
    ];
    const detail = `${names.join(" and ")} set forbidden securityContext.seLinuxOptions: ${faults.join("; ")}`;
    return { reason: "seLinuxOptions", detail };
  };
}

function textsOf({ type = "", user = "", role = "" }: SELinuxOptions = {}) {
  return { type, user, role };
}
