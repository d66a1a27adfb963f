import { duplicate, invalid, notSupported, required, tooMany } from "../../../../machinery/issue.ts";
import { checkOneOf, type Issues } from "../../../checks.ts";
import type { Container, PodSpec } from "../../../generated/core-v1.ts";

const POLICIES = ["Always", "Never", "OnFailure"];
const ACTIONS = ["Restart", "RestartAllContainers"];
const OPERATORS = ["In", "NotIn"];
const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;

/**
 * A container may have a restart policy of its own, and rules by exit code.
 * @param inits whether it runs before the others: its rules are looked at only beside a policy
 */
export function checkRestartRules(container: Container, inits: boolean, at: string, issues: Issues): void {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy !== undefined) checkOneOf(restartPolicy, `${at}.restartPolicy`, POLICIES, issues);
  else if (rules.length === 0) return;
  else {
    issues.push(required(`${at}.restartPolicy`, "must specify restartPolicy when restart rules are used"));
    if (inits) return;
  }
  if (rules.length > MOST_RULES) issues.push(tooMany(`${at}.restartPolicyRules`, rules.length, MOST_RULES));
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const here = `${at}.restartPolicyRules[${index}]`;
    checkOneOf(action, `${here}.action`, ACTIONS, issues);
    if (exitCodes === undefined) {
      issues.push(required(`${here}.exitCodes`, "must be specified"));
      continue;
    }
    checkOneOf(exitCodes.operator, `${here}.exitCodes.operator`, OPERATORS, issues);
    const count = exitCodes.values?.length ?? 0;
    if (count > MOST_EXIT_CODES) issues.push(tooMany(`${here}.exitCodes.values`, count, MOST_EXIT_CODES));
  }
}

const RESIZED = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];

export function checkResizePolicy(
  { resizePolicy }: Container,
  { restartPolicy: podPolicy }: PodSpec,
  at: string,
  issues: Issues,
): void {
  if (resizePolicy === undefined) return;
  const seen = new Set<string>();
  for (const [index, { resourceName, restartPolicy }] of resizePolicy.entries()) {
    if (seen.has(resourceName)) issues.push(duplicate(`${at}[${index}]`, resourceName));
    seen.add(resourceName);
    if (!RESIZED.includes(resourceName)) {
      issues.push(resourceName ? notSupported(at, resourceName, RESIZED) : required(at));
    }
    if (!RESIZE_POLICIES.includes(restartPolicy)) {
      issues.push(restartPolicy ? notSupported(at, restartPolicy, RESIZE_POLICIES) : required(at));
    }
    if (podPolicy === "Never" && restartPolicy !== "NotRequired") {
      issues.push(invalid(at, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
}
