import { dnsSubdomain, type FormatCheck, pathSegment, portName } from "../machinery/formats.ts";
import { invalid, type Issue, notSupported, required } from "../machinery/issue.ts";

/**
 * The checks that all kinds are built of. Each adds what is wrong to the list that its caller gathers, so that a good
 * object costs no more than looking at it.
 */
export type Issues = Issue[];

export const IMMUTABLE = "field is immutable";

export function checkFormat(value: string, at: string, check: FormatCheck, issues: Issues): void {
  for (const problem of check(value)) issues.push(invalid(at, value, problem));
}

/** A value that must be there and must have a format. */
export function checkRequiredFormat(value: string | undefined, at: string, check: FormatCheck, issues: Issues): void {
  if (!value) issues.push(required(at));
  else checkFormat(value, at, check, issues);
}

export function checkRequired(value: string | undefined, at: string, issues: Issues): boolean {
  if (value) return true;
  issues.push(required(at));
  return false;
}

/** @param supported in the order of Kubernetes' message: sorted. */
export function checkOneOf(
  value: string | undefined,
  at: string,
  supported: readonly string[],
  issues: Issues,
): boolean {
  if (supported.includes(value ?? "")) return true;
  issues.push(notSupported(at, value ?? "", supported));
  return false;
}

/** An absent value is fine. */
export function checkOptionalOneOf(
  value: string | undefined,
  at: string,
  supported: readonly string[],
  issues: Issues,
): void {
  if (value !== undefined) checkOneOf(value, at, supported, issues);
}

export function checkRequiredOneOf(
  value: string | undefined,
  at: string,
  supported: readonly string[],
  issues: Issues,
): void {
  if (!value) issues.push(required(at));
  else checkOneOf(value, at, supported, issues);
}

/** An absent number is fine. */
export function checkNonnegative(value: number | undefined, at: string, issues: Issues): void {
  if (value !== undefined && value < 0) issues.push(invalid(at, value, "must be greater than or equal to 0"));
}

export function checkPositive(value: number, at: string, issues: Issues): void {
  if (value <= 0) issues.push(invalid(at, value, "must be greater than zero"));
}

export function checkRange(value: number, at: string, least: number, most: number, issues: Issues): boolean {
  if (value >= least && value <= most) return true;
  issues.push(invalid(at, value, `must be between ${least} and ${most}, inclusive`));
  return false;
}

export function checkPortNumber(port: number, at: string, issues: Issues): void {
  checkRange(port, at, 1, 65535, issues);
}

/** A port's number or the name that a container gives it. */
export function checkPort(port: number | string, at: string, issues: Issues): void {
  if (typeof port === "number") checkPortNumber(port, at, issues);
  else checkFormat(port, at, portName, issues);
}

const PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const PATH_EXPRESSION = new RegExp(`^${PATH}$`);

/** What somebody goes by who has a domain: `example.com/path`. */
export function checkDomainPath(value: string, at: string, issues: Issues): void {
  if (!checkRequired(value, at, issues)) return;
  const slash = value.indexOf("/");
  const path = value.slice(slash + 1);
  if (slash < 1 || path === "") {
    return void issues.push(invalid(at, value, `must be a domain-prefixed path (such as "acme.io/foo")`));
  }
  checkFormat(value.slice(0, slash), at, dnsSubdomain, issues);
  if (!PATH_EXPRESSION.test(path)) {
    issues.push(invalid(at, path, `Invalid path (regex used for validation is '${PATH}')`));
  }
}

/** The name of another object. */
export const objectName: FormatCheck = dnsSubdomain;

/** Names of RBAC's objects: whatever may stand in a path. */
export const rbacName: FormatCheck = pathSegment;
