import { goQuoted, TimeError } from "./time.ts";

/** Reads a Go duration such as `1h2m3s` or `1.5s`. @returns milliseconds, with decimals @throws TimeError */
export function parseDuration(text: string): number {
  return Number(parseNanoseconds(text)) / 1e6;
}

/** A duration as Go writes it. @param ms milliseconds, with decimals down to nanoseconds */
export function formatDuration(ms: number): string {
  return formatNanoseconds(BigInt(Math.round(ms * 1e6)));
}

/** A `metav1.Duration` as Kubernetes writes it again. @throws TimeError */
export function canonicalDuration(text: string): string {
  return formatNanoseconds(parseNanoseconds(text));
}

/** How kubectl shows ages: two or three figures, such as `5m3s`, `2d3h`, `1y32d`. @param ms milliseconds */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  // A clock that is a little behind is no error.
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return twoUnits(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return twoUnits(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return twoUnits(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return hours < 24 * 365 * 8 ? twoUnits(years, "y", days % 365, "d") : `${years}y`;
}

/** One unit alone, as some of kubectl's columns show it. @param ms milliseconds */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.trunc(seconds / 60)}m`;
  const hours = Math.trunc(seconds / 3600);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.trunc(hours / 24)}d` : `${Math.trunc(hours / 24 / 365)}y`;
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);

const LARGEST = 2n ** 63n;

function parseNanoseconds(text: string): bigint {
  const negative = text.startsWith("-");
  let rest = negative || text.startsWith("+") ? text.slice(1) : text;
  if (rest === "0") return 0n;
  if (rest === "") throw invalidDuration(text);
  let total = 0n;
  while (rest !== "") {
    const [, whole, fraction] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) as unknown as [
      string,
      string,
      string | undefined,
    ];
    if (whole === "" && (fraction ?? "") === "") throw invalidDuration(text);
    rest = rest.slice(whole.length + (fraction === undefined ? 0 : fraction.length + 1));
    const name = /^[^.0-9]*/.exec(rest)![0];
    if (name === "") throw new TimeError(`time: missing unit in duration ${goQuoted(text)}`);
    const unit = UNITS.get(name);
    if (unit === undefined) throw new TimeError(`time: unknown unit ${goQuoted(name)} in duration ${goQuoted(text)}`);
    rest = rest.slice(name.length);
    const decimals = (fraction ?? "").slice(0, 18);
    const part = decimals === "" ? 0n : (BigInt(decimals) * unit) / 10n ** BigInt(decimals.length);
    total += BigInt(whole === "" ? "0" : whole) * unit + part;
    if (total > LARGEST) throw invalidDuration(text);
  }
  if (!negative && total === LARGEST) throw invalidDuration(text);
  return negative ? -total : total;
}

function formatNanoseconds(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return "0s";
  const sign = nanoseconds < 0n ? "-" : "";
  const amount = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (amount < 1_000n) return `${sign}${amount}ns`;
  if (amount < 1_000_000n) return `${sign}${decimal(amount, 1_000n)}µs`;
  if (amount < 1_000_000_000n) return `${sign}${decimal(amount, 1_000_000n)}ms`;
  const minutes = amount / 60_000_000_000n;
  const seconds = `${decimal(amount % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(amount: bigint, unit: bigint): string {
  const places = unit.toString().length - 1;
  const fraction = (amount % unit).toString().padStart(places, "0").replace(/0+$/, "");
  return fraction === "" ? `${amount / unit}` : `${amount / unit}.${fraction}`;
}

function invalidDuration(text: string): TimeError {
  return new TimeError(`time: invalid duration ${goQuoted(text)}`);
}
