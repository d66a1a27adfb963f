import { invalid } from "../machinery/issue.ts";
import { parseQuantity, signOf } from "../machinery/quantity.ts";
import type { Issues } from "./checks.ts";

/** Checks of quantities, which decoding has made canonical. */
export function isNegativeQuantity(quantity: string): boolean {
  return quantity.startsWith("-");
}

export function checkNonnegativeQuantity(quantity: string, at: string, issues: Issues): void {
  if (isNegativeQuantity(quantity)) issues.push(invalid(at, quantity, "must be greater than or equal to 0"));
}

export function checkPositiveQuantity(quantity: string, at: string, issues: Issues): void {
  if (signOf(parseQuantity(quantity)) <= 0) issues.push(invalid(at, quantity, "must be greater than zero"));
}

/** The amount of a resource that only comes in whole units. */
export function checkWholeQuantity(quantity: string, at: string, issues: Issues): void {
  if (!isWhole(quantity)) issues.push(invalid(at, quantity, "must be an integer"));
}

function isWhole(quantity: string): boolean {
  const { unscaled, scale } = parseQuantity(quantity);
  return scale >= 0 || unscaled % 10n ** BigInt(-scale) === 0n;
}
