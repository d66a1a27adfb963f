import { required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { ValidatingAdmissionPolicyStatus } from "../../generated/admissionregistration-v1.ts";

/** What the checker of types wrote: each warning names its expression. */
export function checkPolicyStatus({ typeChecking }: ValidatingAdmissionPolicyStatus): Issues {
  const issues: Issues = [];
  for (const [index, { fieldRef, warning }] of (typeChecking?.expressionWarnings ?? []).entries()) {
    const at = `status.typeChecking.expressionWarnings[${index}]`;
    if (warning === "") issues.push(required(`${at}.warning`));
    if (fieldRef.trim() === "") issues.push(required(`${at}.fieldRef`));
  }
  return issues;
}
