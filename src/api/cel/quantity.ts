import type { Environment } from "@marcbachmann/cel-js";
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityAsNumber,
  quantityOf,
  scaledValue,
  signOf,
  subtractQuantities,
} from "../../machinery/quantity.ts";

/** A quantity as expressions hold it. */
class CelQuantity {
  readonly amount: Quantity;
  constructor(amount: Quantity) {
    this.amount = amount;
  }
}

/** The type of quantities. */
export const QUANTITY = "kubernetes.Quantity";

/** `quantity("1.5Gi")` and what can be asked of one. */
export function registerQuantities(environment: Environment): void {
  environment
    .registerType(QUANTITY, CelQuantity)
    .registerFunction(`quantity(string): ${QUANTITY}`, (text: string) => new CelQuantity(parseQuantity(text)))
    .registerFunction("isQuantity(string): bool", (text: string) => isQuantity(text))
    .registerOperator(
      `${QUANTITY} == ${QUANTITY}`,
      (left: CelQuantity, right: CelQuantity) => compare(left, right) === 0,
    );
  registerReads(environment);
  registerArithmetic(environment);
}

function registerReads(environment: Environment): void {
  environment
    .registerFunction(`${QUANTITY}.sign(): int`, ({ amount }: CelQuantity) => BigInt(signOf(amount)))
    .registerFunction(`${QUANTITY}.isInteger(): bool`, ({ amount }: CelQuantity) => isInteger(amount))
    .registerFunction(`${QUANTITY}.asInteger(): int`, ({ amount }: CelQuantity) => {
      if (!isInteger(amount)) throw new RangeError("cannot convert value to integer");
      return scaledValue(amount, 0);
    })
    .registerFunction(`${QUANTITY}.asApproximateFloat(): double`, ({ amount }: CelQuantity) => quantityAsNumber(amount))
    .registerFunction(`${QUANTITY}.compareTo(${QUANTITY}): int`, (left: CelQuantity, right: CelQuantity) =>
      BigInt(compare(left, right)),
    )
    .registerFunction(
      `${QUANTITY}.isGreaterThan(${QUANTITY}): bool`,
      (left: CelQuantity, right: CelQuantity) => compare(left, right) > 0,
    )
    .registerFunction(
      `${QUANTITY}.isLessThan(${QUANTITY}): bool`,
      (left: CelQuantity, right: CelQuantity) => compare(left, right) < 0,
    );
}

function registerArithmetic(environment: Environment): void {
  for (const [name, compute] of [
    ["add", addQuantities],
    ["sub", subtractQuantities],
  ] as const) {
    environment
      .registerFunction(
        `${QUANTITY}.${name}(${QUANTITY}): ${QUANTITY}`,
        (left: CelQuantity, right: CelQuantity) => new CelQuantity(compute(left.amount, right.amount)),
      )
      .registerFunction(
        `${QUANTITY}.${name}(int): ${QUANTITY}`,
        (left: CelQuantity, right: bigint) => new CelQuantity(compute(left.amount, quantityOf(right))),
      );
  }
}

function compare(left: CelQuantity, right: CelQuantity): number {
  return compareQuantities(left.amount, right.amount);
}

function isInteger(amount: Quantity): boolean {
  return compareQuantities(quantityOf(scaledValue(amount, 0)), amount) === 0;
}

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch {
    return false;
  }
}
