import { qualifiedName } from "../machinery/formats.ts";
import { duplicate, invalid, notSupported, required, tooLong } from "../machinery/issue.ts";
import { checkFormat, type Issues } from "./checks.ts";
import type { Condition } from "./generated/meta-v1.ts";

const STATUSES = ["False", "True", "Unknown"];
const LONGEST_REASON = 1024;
const LONGEST_MESSAGE = 32 * 1024;
const REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const REASON_RULE = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${REASON}')`;
const isReason = new RegExp(`^${REASON}$`);

/** Conditions of the common form, which a status may have. */
export function checkConditions(conditions: readonly Condition[], at: string, issues: Issues): void {
  const types = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const { type } = condition;
    if (types.has(type)) issues.push(duplicate(`${at}[${index}].type`, type));
    types.add(type);
    checkCondition(condition, `${at}[${index}]`, issues);
  }
}

function checkCondition(condition: Condition, at: string, issues: Issues): void {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
  checkFormat(type, `${at}.type`, qualifiedName, issues);
  if (!STATUSES.includes(status)) issues.push(notSupported(`${at}.status`, status, STATUSES));
  if (observedGeneration < 0) {
    issues.push(invalid(`${at}.observedGeneration`, observedGeneration, "must be greater than or equal to zero"));
  }
  if (!lastTransitionTime) issues.push(required(`${at}.lastTransitionTime`));
  if (reason === "") issues.push(required(`${at}.reason`));
  else if (!isReason.test(reason)) issues.push(invalid(`${at}.reason`, reason, REASON_RULE));
  if (reason.length > LONGEST_REASON) issues.push(tooLong(`${at}.reason`, LONGEST_REASON));
  if (message.length > LONGEST_MESSAGE) issues.push(tooLong(`${at}.message`, LONGEST_MESSAGE));
}
