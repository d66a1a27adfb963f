/** A time or duration that cannot be read, in the words of Go's time package. */
export class TimeError extends Error {
  override readonly name = "TimeError";
}

/** `metav1.Time`: RFC 3339 in UTC, cut to whole seconds. @param ms milliseconds since the Unix epoch */
export function formatTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, -5)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** `metav1.MicroTime`: RFC 3339 in UTC with six decimals. @param ms milliseconds since the epoch, with decimals if known */
export function formatMicroTime(ms: number): string {
  const micros = Math.floor(Math.round(ms * 1e6) / 1e3);
  const rest = ((micros % 1e6) + 1e6) % 1e6;
  return `${formatTime((micros - rest) / 1e3).slice(0, -1)}.${String(rest).padStart(6, "0")}Z`;
}

/** Reads a `metav1.Time`, with or without decimals. @returns milliseconds since the Unix epoch @throws TimeError */
export function parseTime(text: string): number {
  return parseLayout(text, TIME);
}

/** Reads a `metav1.MicroTime`, which must have six decimals. @returns milliseconds, with decimals @throws TimeError */
export function parseMicroTime(text: string): number {
  return parseLayout(text, MICRO_TIME);
}

/** A time as Kubernetes writes it again; null for Go's zero time. @throws TimeError */
export function canonicalTime(text: string): string | null {
  if (text === lastCanonical) return text;
  const ms = parseTime(text);
  if (ms === ZERO_TIME_MS) return null;
  if (text.length !== 20 || !text.endsWith("Z")) return formatTime(ms);
  lastCanonical = text;
  return text;
}

/** The same for a MicroTime. @throws TimeError */
export function canonicalMicroTime(text: string): string | null {
  const ms = parseMicroTime(text);
  if (ms === ZERO_TIME_MS) return null;
  return text.length === 27 && text.endsWith("Z") ? text : formatMicroTime(ms);
}

/** One object often has one time in several places. */
let lastCanonical = "";
let lastSecond = 0;
let lastText = "1970-01-01T00:00:00Z";

/** Go's zero time, the first second of year 1, which Kubernetes writes as null. */
const ZERO_TIME_MS = -62_135_596_800_000;

interface Layout {
  readonly text: string;
  readonly decimals: boolean;
}
const TIME: Layout = { text: "2006-01-02T15:04:05Z07:00", decimals: false };
const MICRO_TIME: Layout = { text: "2006-01-02T15:04:05.000000Z07:00", decimals: true };

/** The parts of a time before its decimals: Go's name of the part, the text before it, and its range. */
const PARTS = [
  { name: "2006", prefix: "", digits: /^[0-9]{4}/, unit: "year", from: 0, to: 9999 },
  { name: "01", prefix: "-", digits: /^[0-9]{2}/, unit: "month", from: 1, to: 12 },
  { name: "02", prefix: "-", digits: /^[0-9]{2}/, unit: "day", from: 0, to: 99 },
  { name: "15", prefix: "T", digits: /^[0-9]{1,2}/, unit: "hour", from: 0, to: 23 },
  { name: "04", prefix: ":", digits: /^[0-9]{2}/, unit: "minute", from: 0, to: 59 },
  { name: "05", prefix: ":", digits: /^[0-9]{2}/, unit: "second", from: 0, to: 59 },
] as const;

function parseLayout(text: string, layout: Layout): number {
  const numbers: number[] = [];
  let rest = text;
  for (const { name, prefix, digits, unit, from, to } of PARTS) {
    if (!rest.startsWith(prefix)) throw cannotParse(text, layout, rest, prefix);
    rest = rest.slice(prefix.length);
    const found = digits.exec(rest);
    if (found === null) throw cannotParse(text, layout, rest, name);
    const number = Number(found[0]);
    rest = rest.slice(found[0].length);
    if (number < from || number > to) throw outOfRange(text, unit);
    numbers.push(number);
  }
  const fraction = layout.decimals ? /^[.,][0-9]{6}/.exec(rest) : /^[.,][0-9]+/.exec(rest);
  if (fraction === null && layout.decimals) throw cannotParse(text, layout, rest, ".000000");
  rest = rest.slice(fraction?.[0].length ?? 0);
  const offsetMinutes = parseZone(text, layout, rest);
  const [year, month, day, hour, minute, second] = numbers as [number, number, number, number, number, number];
  if (day < 1 || day > daysIn(year, month)) throw outOfRange(text, "day");
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second)).setUTCFullYear(year, month - 1, day);
  return date - offsetMinutes * 60_000 + (fraction === null ? 0 : Number(`0.${fraction[0].slice(1, 10)}`) * 1000);
}

function parseZone(text: string, layout: Layout, rest: string): number {
  if (rest.startsWith("Z")) {
    if (rest.length > 1) throw extraText(text, rest.slice(1));
    return 0;
  }
  const found = /^([+-])([0-9]{2}):([0-9]{2})/.exec(rest);
  if (found === null) throw cannotParse(text, layout, rest, "Z07:00");
  const [hours, minutes] = [Number(found[2]), Number(found[3])];
  if (minutes > 60) throw outOfRange(text, "time zone offset minute");
  if (hours > 24) throw outOfRange(text, "time zone offset hour");
  if (rest.length > 6) throw extraText(text, rest.slice(6));
  return (hours * 60 + minutes) * (found[1] === "-" ? -1 : 1);
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function cannotParse(text: string, layout: Layout, rest: string, part: string): TimeError {
  return new TimeError(
    `parsing time ${goQuoted(text)} as ${goQuoted(layout.text)}: cannot parse ${goQuoted(rest)} as ${goQuoted(part)}`,
  );
}

function outOfRange(text: string, unit: string): TimeError {
  return new TimeError(`parsing time ${goQuoted(text)}: ${unit} out of range`);
}

function extraText(text: string, extra: string): TimeError {
  return new TimeError(`parsing time ${goQuoted(text)}: extra text: ${goQuoted(extra)}`);
}

/** A text in quotes as Go's time package writes it: bytes that are not printable ASCII in hexadecimal. */
export function goQuoted(text: string): string {
  let result = '"';
  for (const byte of encoder.encode(text)) {
    if (byte >= 0x80 || byte < 0x20) result += `\\x${byte.toString(16).padStart(2, "0")}`;
    else result += byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return `${result}"`;
}

const encoder = new TextEncoder();
