import { qualifiedName } from "../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, required } from "../../../machinery/issue.ts";
import { compareQuantities, parseQuantity, quantityAsNumber, quantityOf } from "../../../machinery/quantity.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import type { LimitRange, LimitRangeItem } from "../../generated/core-v1.ts";
import { checkResourceName, containerResourceName, mayBeOvercommitted } from "./pod-spec/resources.ts";

const TYPES: ReadonlySet<string> = new Set(["Pod", "Container", "PersistentVolumeClaim"]);

/** The amounts of one item, by what they say. */
type Part = "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio";

export function* checkLimitRange({ spec }: LimitRange): Iterable<Issues[number]> {
  const issues: Issues = [];
  const seen = new Set<string>();
  for (const [index, item] of (spec.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`;
    checkType(item.type, `${at}.type`, issues);
    if (seen.has(item.type)) issues.push(duplicate(`${at}.type`, item.type));
    seen.add(item.type);
    const names = checkNames(item, at, issues);
    for (const name of names) checkAmounts(name, item, at, issues);
  }
  yield* issues;
}

function checkType(type: string, at: string, issues: Issues): void {
  const before = issues.length;
  checkFormat(type, at, qualifiedName, issues);
  if (issues.length === before && !type.includes("/") && !TYPES.has(type)) {
    issues.push(invalid(at, type, "must be a standard limit type or fully qualified"));
  }
}

/** @returns the resources that the item says something about. */
function checkNames(item: LimitRangeItem, at: string, issues: Issues): ReadonlySet<string> {
  const names = new Set<string>();
  const check = item.type === "Pod" || item.type === "Container" ? containerResourceName : checkResourceName;
  const checkPart = (part: Part) => {
    for (const name in item[part]) {
      check(name, `${at}.${part}[${name}]`, issues);
      names.add(name);
    }
  };
  checkPart("max");
  checkPart("min");
  for (const part of ["default", "defaultRequest"] as const) {
    if (item.type !== "Pod") checkPart(part);
    else if (Object.keys(item[part] ?? {}).length > 0) {
      issues.push(forbidden(`${at}.${part}`, "may not be specified when `type` is 'Pod'"));
    }
  }
  if (
    item.type === "PersistentVolumeClaim" &&
    item.min?.["storage"] === undefined &&
    item.max?.["storage"] === undefined
  ) {
    const why = "either minimum or maximum storage value is required, but neither was provided";
    issues.push(required(`${at}.limits`, why));
  }
  checkPart("maxLimitRequestRatio");
  return names;
}

function checkAmounts(name: string, item: LimitRangeItem, at: string, issues: Issues): void {
  const ofPod = item.type === "Pod";
  const min = item.min?.[name];
  const max = item.max?.[name];
  const limit = ofPod ? undefined : item.default?.[name];
  const request = ofPod ? undefined : item.defaultRequest?.[name];
  const compare = (part: Part, shown: string | undefined, low: Named, high: Named) => {
    if (low.amount === undefined || high.amount === undefined || !isMore(low.amount, high.amount)) return;
    const why = `${low.name} value ${low.amount} is greater than ${high.name} value ${high.amount}`;
    issues.push(invalid(`${at}.${part}[${name}]`, shown, why));
  };
  compare("min", min, { name: "min", amount: min }, { name: "max", amount: max });
  compare("defaultRequest", request, { name: "min", amount: min }, { name: "default request", amount: request });
  compare("defaultRequest", request, { name: "default request", amount: request }, { name: "max", amount: max });
  compare(
    "defaultRequest",
    request,
    { name: "default request", amount: request },
    { name: "default limit", amount: limit },
  );
  compare("default", min, { name: "min", amount: min }, { name: "default", amount: limit });
  compare("default", max, { name: "default", amount: limit }, { name: "max", amount: max });
  checkRatio(item.maxLimitRequestRatio?.[name], { min, max }, `${at}.maxLimitRequestRatio[${name}]`, issues);
  if (!mayBeOvercommitted(name) && limit !== undefined && request !== undefined && limit !== request) {
    const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    issues.push(invalid(`${at}.defaultRequest[${name}]`, request, why));
  }
}

interface Named {
  readonly name: string;
  readonly amount: string | undefined;
}

function checkRatio(
  ratio: string | undefined,
  { min, max }: { readonly min: string | undefined; readonly max: string | undefined },
  at: string,
  issues: Issues,
): void {
  if (ratio === undefined) return;
  const amount = parseQuantity(ratio);
  if (compareQuantities(amount, quantityOf(1)) < 0) issues.push(invalid(at, ratio, `ratio ${ratio} is less than 1`));
  if (min === undefined || max === undefined) return;
  const most = quantityAsNumber(parseQuantity(max)) / quantityAsNumber(parseQuantity(min));
  if (quantityAsNumber(amount) > most) {
    issues.push(invalid(at, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`));
  }
}

function isMore(left: string, right: string): boolean {
  return compareQuantities(parseQuantity(left), parseQuantity(right)) > 0;
}
