import { parseQuantityText } from "./quantity-parser.ts";

/**
 * An exact amount, `unscaled × 10^scale`, with the notation that it is written in. Immutable and shared: the parser
 * remembers what it has read.
 */
export interface Quantity {
  readonly unscaled: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
  /** What was read, where Kubernetes writes it again as it was although it may not be canonical (`1.500`). */
  readonly written?: string;
}

export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/** A text that is no quantity; the message is Kubernetes'. */
export { QuantityError } from "./quantity-parser.ts";

/**
 * Reads a quantity such as `100m`, `1.5Gi` or `12e6`. Finer than nano is rounded away from zero.
 * @throws QuantityError
 */
export function parseQuantity(text: string): Quantity {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const quantity = parseQuantityText(text);
  if (parsed.size >= REMEMBERED) parsed.clear();
  parsed.set(text, quantity);
  return quantity;
}

/** Reads a quantity and writes it as Kubernetes stores it. @throws QuantityError */
export function canonicalQuantity(text: string): string {
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const result = formatQuantity(parseQuantity(text.trim()));
  if (canonical.size >= REMEMBERED) canonical.clear();
  canonical.set(text, result);
  return result;
}

/** The canonical text: no fraction, and the largest suffix that loses nothing. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.written !== undefined) return quantity.written;
  if (quantity.unscaled === 0n) return "0";
  if (quantity.format === "BinarySI") {
    const integer = integerValue(quantity);
    if (integer !== undefined && (integer >= 1024n || integer <= -1024n)) return formatBinary(integer);
  }
  return formatDecimal(quantity);
}

export const zeroQuantity: Quantity = { unscaled: 0n, scale: 0, format: "DecimalSI" };

export function quantityOf(value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity {
  return { unscaled: BigInt(value), scale: 0, format };
}

/** A quantity of thousandths, such as CPU. */
export function milliQuantityOf(value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity {
  return { unscaled: BigInt(value), scale: -3, format };
}

/** Negative, zero or positive as the left one is less than, equal to or greater than the right one. */
export function compareQuantities(left: Quantity, right: Quantity): number {
  if (left.scale === right.scale) return order(left.unscaled, right.unscaled);
  const signs = signOf(left) - signOf(right);
  if (signs !== 0 || left.unscaled === 0n) return signs;
  const magnitudes = magnitude(left) - magnitude(right);
  if (magnitudes !== 0) return magnitudes * signOf(left);
  const scale = Math.min(left.scale, right.scale);
  return order(atScale(left, scale), atScale(right, scale));
}

export function addQuantities(left: Quantity, right: Quantity): Quantity {
  const format = left.unscaled === 0n ? right.format : left.format;
  if (right.unscaled === 0n) return { unscaled: left.unscaled, scale: left.scale, format };
  if (left.unscaled === 0n) return { unscaled: right.unscaled, scale: right.scale, format };
  const scale = Math.min(left.scale, right.scale);
  return { unscaled: atScale(left, scale) + atScale(right, scale), scale, format };
}

export function subtractQuantities(left: Quantity, right: Quantity): Quantity {
  return addQuantities(left, negateQuantity(right));
}

function negateQuantity(quantity: Quantity): Quantity {
  return { unscaled: -quantity.unscaled, scale: quantity.scale, format: quantity.format };
}

export function isZeroQuantity(quantity: Quantity): boolean {
  return quantity.unscaled === 0n;
}

/** -1, 0 or 1. */
export function signOf(quantity: Quantity): number {
  return quantity.unscaled > 0n ? 1 : quantity.unscaled < 0n ? -1 : 0;
}

/** The whole units, rounded away from zero. Exact up to 2^53. */
export function quantityValue(quantity: Quantity): number {
  return Number(scaledValue(quantity, 0));
}

/** The thousandths, rounded away from zero. Exact up to 2^53. */
export function quantityMilliValue(quantity: Quantity): number {
  return Number(scaledValue(quantity, -3));
}

/** The amount in units of 10^scale, rounded away from zero. */
export function scaledValue(quantity: Quantity, scale: number): bigint {
  if (quantity.scale >= scale) return atScale(quantity, scale);
  return divideAway(quantity.unscaled, 10n ** BigInt(scale - quantity.scale));
}

/** Nothing finer than 10^scale is kept: it is rounded away from zero. */
export function roundUpQuantity(quantity: Quantity, scale: number): Quantity {
  if (quantity.scale >= scale) return quantity;
  return { unscaled: scaledValue(quantity, scale), scale, format: quantity.format };
}

/** The nearest floating point number, for ratios and scores. */
export function quantityAsNumber(quantity: Quantity): number {
  return Number(quantity.unscaled) * 10 ** quantity.scale;
}

const REMEMBERED = 4096;
const parsed = new Map<string, Quantity>();
const canonical = new Map<string, string>();

const DECIMAL_SUFFIXES: ReadonlyMap<number, string> = new Map([
  [-9, "n"],
  [-6, "u"],
  [-3, "m"],
  [0, ""],
  [3, "k"],
  [6, "M"],
  [9, "G"],
  [12, "T"],
  [15, "P"],
  [18, "E"],
]);
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

function formatBinary(integer: bigint): string {
  let amount = integer;
  let steps = 0;
  while (amount % 1024n === 0n) {
    amount /= 1024n;
    steps++;
  }
  return `${amount}${BINARY_SUFFIXES[steps] ?? ""}`;
}

function formatDecimal({ unscaled, scale, format }: Quantity): string {
  let amount = unscaled;
  let exponent = scale;
  while (amount % 10n === 0n) {
    amount /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    amount *= 10n;
    exponent--;
  }
  if (format === "DecimalExponent") return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
  // Kubernetes writes no suffix where it knows none.
  return `${amount}${DECIMAL_SUFFIXES.get(exponent) ?? ""}`;
}

/** The amount as a whole number, if it is one. */
function integerValue({ unscaled, scale }: Quantity): bigint | undefined {
  if (scale >= 0) return unscaled * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

function atScale(quantity: Quantity, scale: number): bigint {
  return quantity.scale === scale ? quantity.unscaled : quantity.unscaled * 10n ** BigInt(quantity.scale - scale);
}

/** How many digits stand before the decimal point. */
function magnitude({ unscaled, scale }: Quantity): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length + scale;
}

function divideAway(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (value % divisor === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

function order(left: bigint, right: bigint): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
