import { conditionEnvironment } from "../../../api/admissionregistration/v1/webhook.ts";
import { celOf } from "../../../api/cel.ts";
import type { MatchCondition } from "../../../api/generated/admissionregistration-v1.ts";
import type { Json } from "../../../machinery/json.ts";
import type { AdmissionRequest } from "../admission.ts";
import { refusal } from "../refusal.ts";
import { requestOf } from "./review.ts";

interface Conditioned {
  readonly matchConditions?: readonly MatchCondition[];
  readonly failurePolicy: "Fail" | "Ignore";
}

/**
 * Whether all conditions hold, in expressions over `object`, `oldObject` and `request`. One that fails decides where none is
 * false: the webhook is left out if its failures are ignored. @throws {StatusError} 403 where they are not
 */
export function conditionsHold(
  { matchConditions = [], failurePolicy }: Conditioned,
  request: AdmissionRequest,
): boolean {
  if (matchConditions.length === 0) return true;
  const variables = {
    object: celOf(request.object),
    oldObject: celOf(request.old as unknown as Json | undefined),
    request: celOf(requestOf(request) as Json),
  };
  const failures: string[] = [];
  for (const { name, expression } of matchConditions) {
    try {
      if (compiled(expression)(variables) !== true) return false;
    } catch (error) {
      failures.push(`expression '${expression}' resulted in error: ${(error as Error).message} (${name})`);
    }
  }
  if (failures.length === 0) return true;
  if (failurePolicy === "Ignore") return false;
  throw refusal(request, failures.join(", "));
}

type Expression = (variables: object) => unknown;
const expressions = new Map<string, Expression>();
/** Of all configurations together; beyond it the oldest is compiled anew when it is asked for. */
const REMEMBERED = 1024;

function compiled(text: string): Expression {
  let known = expressions.get(text);
  if (known === undefined) {
    known = conditionEnvironment.parse(text) as Expression;
    if (expressions.size >= REMEMBERED) expressions.delete(expressions.keys().next().value!);
    expressions.set(text, known);
  }
  return known;
}
