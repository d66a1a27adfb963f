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

const TYPE = "kubernetes.Quantity";

/** `quantity("1.5Gi")` and what can be asked of one. */
export function registerQuantities(environment: Environment): void {
  environment
    .registerType(TYPE, CelQuantity)
    .registerFunction(`quantity(string): ${TYPE}`, (text: string) => new CelQuantity(parseQuantity(text)))
    .registerFunction("isQuantity(string): bool", (text: string) => isQuantity(text))
    .registerOperator(`${TYPE} == ${TYPE}`, (left: CelQuantity, right: CelQuantity) => compare(left, right) === 0);
  registerReads(environment);
  registerArithmetic(environment);
}

function registerReads(environment: Environment): void {
  environment
    .registerFunction(`${TYPE}.sign(): int`, ({ amount }: CelQuantity) => BigInt(signOf(amount)))
    .registerFunction(`${TYPE}.isInteger(): bool`, ({ amount }: CelQuantity) => isInteger(amount))
    .registerFunction(`${TYPE}.asInteger(): int`, ({ amount }: CelQuantity) => {
      if (!isInteger(amount)) throw new RangeError("cannot convert value to integer");
      return scaledValue(amount, 0);
    })
    .registerFunction(`${TYPE}.asApproximateFloat(): double`, ({ amount }: CelQuantity) => quantityAsNumber(amount))
    .registerFunction(`${TYPE}.compareTo(${TYPE}): int`, (left: CelQuantity, right: CelQuantity) =>
      BigInt(compare(left, right)),
    )
    .registerFunction(
      `${TYPE}.isGreaterThan(${TYPE}): bool`,
      (left: CelQuantity, right: CelQuantity) => compare(left, right) > 0,
    )
    .registerFunction(
      `${TYPE}.isLessThan(${TYPE}): bool`,
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
        `${TYPE}.${name}(${TYPE}): ${TYPE}`,
        (left: CelQuantity, right: CelQuantity) => new CelQuantity(compute(left.amount, right.amount)),
      )
      .registerFunction(
        `${TYPE}.${name}(int): ${TYPE}`,
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
