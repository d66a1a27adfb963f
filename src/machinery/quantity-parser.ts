import type { Quantity, QuantityFormat } from "./quantity.ts";

/** A text that is no quantity; the message is Kubernetes'. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = "unable to parse numeric part of quantity";
const WRONG_SUFFIX = "unable to parse quantity's suffix";

/** Reads a quantity. @throws QuantityError */
export function parseQuantityText(text: string): Quantity {
  if (text === "") throw new QuantityError(WRONG_FORMAT);
  if (text === "0") return { unscaled: 0n, scale: 0, format: "DecimalSI", written: text };
  const found = PATTERN.exec(text);
  if (found === null) throw new QuantityError(WRONG_FORMAT);
  const [, sign, digits, fraction = "", suffixText] = found as unknown as [
    string,
    string,
    string,
    string | undefined,
    string,
  ];
  const suffix = readSuffix(suffixText);
  const whole = digits === "" ? "0" : digits;
  return (
    exact(text, sign === "-", whole, fraction, suffix) ??
    rounded(sign === "-", `${whole}${fraction}`, fraction.length, suffix)
  );
}

/** Sign, digits without leading zeros, digits behind the point, suffix. */
const PATTERN = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const SUFFIXES: ReadonlyMap<string, Suffix> = new Map([
  ...(["n", "u", "m", "", "k", "M", "G", "T", "P", "E"] as const).map((name, index): [string, Suffix] => [
    name,
    { base: 10, exponent: index * 3 - 9, format: "DecimalSI" },
  ]),
  ...(["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const).map((name, index): [string, Suffix] => [
    name,
    { base: 2, exponent: index * 10 + 10, format: "BinarySI" },
  ]),
]);

/** Kubernetes takes any 32-bit exponent and can be kept busy by it for long; no amount that means something reaches this. */
const LARGEST_EXPONENT = 10_000;

function readSuffix(text: string): Suffix {
  const known = SUFFIXES.get(text);
  if (known !== undefined) return known;
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(text)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > LARGEST_EXPONENT) throw new QuantityError(WRONG_SUFFIX);
  return { base: 10, exponent: Number(exponent), format: "DecimalExponent" };
}

const LARGEST_INT64 = 2n ** 63n - 1n;

/** The usual amounts, that fit Kubernetes' 64-bit form. Only these are written as they were read. */
function exact(text: string, negative: boolean, whole: string, fraction: string, suffix: Suffix): Quantity | undefined {
  const { format, exponent } = suffix;
  const binary = format === "BinarySI";
  if (binary && (fraction !== "" || 14 - whole.length - (exponent * 3) / 10 < 0)) return undefined;
  if (!binary && whole.length + fraction.length > 18) return undefined;
  const scale = binary ? 0 : exponent - fraction.length;
  if (scale < -9) return undefined;
  const shifted = whole + fraction;
  const value = BigInt(shifted);
  const amount = binary ? value << BigInt(exponent) : value;
  if (amount > LARGEST_INT64) return undefined;
  const keeps = binary ? value % 8n !== 0n : scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
  const quantity = { unscaled: negative ? -amount : amount, scale, format };
  return keeps ? { ...quantity, written: text } : quantity;
}

function rounded(negative: boolean, digits: string, decimals: number, suffix: Suffix): Quantity {
  if (!/[0-9]/.test(digits)) throw new QuantityError(WRONG_NUMBER);
  let unscaled = BigInt(digits);
  let scale = -decimals;
  if (suffix.base === 10) scale += suffix.exponent;
  else unscaled <<= BigInt(suffix.exponent);
  if (scale < -9) {
    unscaled = divideUp(unscaled, -9 - scale);
    scale = -9;
  }
  let { format } = suffix;
  if (format === "BinarySI") {
    const one = 10n ** BigInt(-scale);
    if (unscaled > LARGEST_INT64 * one) {
      unscaled = LARGEST_INT64;
      scale = 0;
    }
    if (unscaled > 0n && scale < 0 && unscaled < one) format = "DecimalSI";
  }
  return { unscaled: negative ? -unscaled : unscaled, scale, format };
}

/** Divides by 10^places, rounding up. A dividend far smaller than the divisor needs no division. */
function divideUp(value: bigint, places: number): bigint {
  if (value === 0n) return 0n;
  if (places > value.toString().length) return 1n;
  const divisor = 10n ** BigInt(places);
  return (value + divisor - 1n) / divisor;
}
