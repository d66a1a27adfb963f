import type { Outcome } from "./run.ts";
import type { Reading, Unit } from "./scenario.ts";

/** The middle of a reading's rounds on each side, and how many times better ours is. */
export interface Compared {
  readonly what: string;
  readonly unit: Unit;
  /** Ours first; alone where the reference was not asked, or did not come to an end. */
  readonly medians: readonly number[];
  readonly ratio: number | undefined;
}

export function compare({ readings }: Outcome): readonly Compared[] {
  // Ours has its turn first: what is missing is missing at the end.
  const measured = readings.filter((rounds) => rounds.length > 0);
  const first = measured[0]?.[0] ?? [];
  return first.map(({ what, unit }) => {
    const medians = measured.map((rounds) => median(rounds.map((reading) => valueOf(reading, what))));
    return { what, unit, medians, ratio: ratioOf(medians, unit) };
  });
}

function valueOf(readings: readonly Reading[], what: string): number {
  return readings.find((reading) => reading.what === what)!.value;
}

function ratioOf([ours, theirs]: readonly number[], unit: Unit): number | undefined {
  if (ours === undefined || theirs === undefined) return undefined;
  const ratio = unit === "/s" ? ours / theirs : theirs / ours;
  return Number.isFinite(ratio) ? ratio : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A table for people: what, ours, theirs, and how many times better ours is. */
export function lines({ scenario }: Outcome, compared: readonly Compared[]): readonly string[] {
  const rows = compared.map(({ what, unit, medians, ratio }) => {
    const values = medians.map((value) => shown(value, unit).padStart(16)).join("");
    return `  ${what.padEnd(38)}${values}${ratio === undefined ? "" : `${ratio.toFixed(1).padStart(8)} ×`}`;
  });
  return [`${scenario.name}: ${scenario.what}`, ...rows];
}

function shown(value: number, unit: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const number = value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === "/s" ? `${number}${unit}` : `${number} ${unit}`;
}
