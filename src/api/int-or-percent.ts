import { invalid } from "../machinery/issue.ts";
import { checkNonnegative, type Issues } from "./checks.ts";

/** A number of pods, or a percentage of them. */
export type IntOrPercent = number | string;

const PERCENT = /^[0-9]+%$/;
const NO_PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

export function checkIntOrPercent(value: IntOrPercent, at: string, issues: Issues): void {
  if (typeof value === "number") checkNonnegative(value, at, issues);
  else if (!PERCENT.test(value)) issues.push(invalid(at, value, NO_PERCENT));
}

export function checkAtMostAll(value: IntOrPercent, at: string, issues: Issues): void {
  if (typeof value === "string" && PERCENT.test(value) && Number.parseInt(value, 10) > 100) {
    issues.push(invalid(at, value, "must not be greater than 100%"));
  }
}

export function isZero(value: IntOrPercent): boolean {
  return typeof value === "number" ? value === 0 : !(Number.parseInt(value, 10) > 0);
}
