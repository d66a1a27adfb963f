import { BOOL, plainCompiler } from "../../../api/admissionregistration/v1/expressions.ts";
import { WEBHOOK_SCOPE } from "../../../api/admissionregistration/v1/webhook.ts";
import type { MatchCondition } from "../../../api/generated/admissionregistration-v1.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionRequest } from "../admission.ts";
import { type Condition, holding } from "../conditions.ts";
import { requestVariables } from "../expression-variables.ts";
import { refusal } from "../refusal.ts";

interface Conditioned {
  readonly matchConditions?: readonly MatchCondition[];
  readonly failurePolicy: "Fail" | "Ignore";
}

/**
 * Whether all conditions hold, in expressions over `object`, `oldObject`, `request` and `authorizer`. One that fails decides
 * where none is false: the webhook is left out if its failures are ignored. @throws {StatusError} 403 where they are not
 */
export function webhookConditionsHold(
  { matchConditions = [], failurePolicy }: Conditioned,
  request: AdmissionRequest,
  authorizer: Authorizer,
): boolean {
  if (matchConditions.length === 0) return true;
  const held = holding(compiled(matchConditions), requestVariables(request, authorizer));
  if (typeof held === "boolean") return held;
  if (failurePolicy === "Ignore") return false;
  throw refusal(request, held.problem);
}

/** Stored objects never change, so what was made of them is kept as long as they are. */
const known = new WeakMap<readonly MatchCondition[], readonly Condition[]>();

function compiled(conditions: readonly MatchCondition[]): readonly Condition[] {
  let result = known.get(conditions);
  if (result === undefined) {
    result = conditions.map(({ expression: text }) => ({
      text,
      expression: plainCompiler.compile(text, WEBHOOK_SCOPE, BOOL),
    }));
    known.set(conditions, result);
  }
  return result;
}
