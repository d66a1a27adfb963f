import { parseDuration } from "./duration.ts";
import { TimeError } from "./time.ts";

/** A schedule in cron's five fields, in a time zone of the IANA; or `@every` so long. */
export interface CronSchedule {
  /** The first time after `ms`, both in milliseconds since the epoch; undefined where there is none within five years. */
  next(ms: number): number | undefined;
}

export class CronError extends Error {
  override readonly name = "CronError";
}

/**
 * Reads a schedule: minute, hour, day of month, month, day of week, each a list of numbers, names, ranges and steps; or
 * `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`, `@every 1h30m`. A `TZ=` in front names the zone.
 * @param timeZone an IANA name. Default UTC. @throws CronError
 */
export function parseCron(text: string, timeZone = "UTC"): CronSchedule {
  const { zone, spec } = splitZone(text, timeZone);
  if (spec.startsWith(EVERY)) return everySchedule(spec);
  if (spec.startsWith("@") && SHORTHANDS[spec] === undefined) throw new CronError(`unrecognized descriptor: ${spec}`);
  const fields = (SHORTHANDS[spec] ?? spec).trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw new CronError(`expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(" ")}]`);
  }
  const [minutes, hours, days, months, weekdays] = fields.map((field, index) => parseField(field, FIELDS[index]!));
  return fieldSchedule({ minutes: minutes!, hours: hours!, days: days!, months: months!, weekdays: weekdays! }, zone);
}

function splitZone(text: string, timeZone: string): { readonly zone: Zone; readonly spec: string } {
  const zoned = /^(?:CRON_)?TZ=([^ ]*)(.*)$/.exec(text);
  if (zoned === null) return { zone: zoneOf(timeZone), spec: text };
  const [, name = "", rest = ""] = zoned;
  // Kubernetes' parser runs over the end here, and this is what it tells of that.
  if (rest === "") throw new CronError("invalid schedule format: runtime error: slice bounds out of range [:-1]");
  try {
    return { zone: zoneOf(name), spec: rest.trim() };
  } catch (error) {
    throw new CronError(`provided bad location ${name}: ${(error as CronError).message}`, { cause: error });
  }
}

/** @returns whether this runtime knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The RFC 3339 text of a time in a zone: `2026-03-01T08:00:00+01:00`. */
export function formatInZone(ms: number, timeZone = "UTC"): string {
  const offsetMinutes = zoneOf(timeZone)(ms) / MINUTE;
  const wall = new Date(ms + offsetMinutes * MINUTE).toISOString().slice(0, 19);
  if (offsetMinutes === 0) return `${wall}Z`;
  const absolute = Math.abs(offsetMinutes);
  const [hours, minutes] = [Math.floor(absolute / 60), absolute % 60].map((part) => String(part).padStart(2, "0"));
  return `${wall}${offsetMinutes < 0 ? "-" : "+"}${hours}:${minutes}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HORIZON = 5 * 366 * DAY;

const SHORTHANDS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

interface FieldRule {
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly FieldRule[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  {
    least: 1,
    most: 12,
    names: ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { least: 0, most: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
];

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written with a star: it does not restrict. */
  readonly isAny: boolean;
}

interface Fields {
  readonly minutes: Field;
  readonly hours: Field;
  readonly days: Field;
  readonly months: Field;
  readonly weekdays: Field;
}

/** The offset of a zone from UTC at a time, in milliseconds. */
type Zone = (ms: number) => number;

function parseField(text: string, rule: FieldRule): Field {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(",").filter((each) => each !== "")) {
    const [range = "", stepText, ...more] = part.split("/");
    const [low = "", high, ...beyond] = range.split("-");
    const isStar = low === "*" || low === "?";
    if (!isStar && beyond.length > 0) throw new CronError(`too many hyphens: ${part}`);
    const first = isStar ? rule.least : named(low, rule);
    const given = isStar ? rule.most : high === undefined ? first : named(high, rule);
    if (more.length > 0) throw new CronError(`too many slashes: ${part}`);
    const step = stepText === undefined ? 1 : whole(stepText);
    const last = stepText !== undefined && high === undefined ? rule.most : given;
    if (isStar && step === 1) isAny = true;
    if (first < rule.least) throw new CronError(`beginning of range (${first}) below minimum (${rule.least}): ${part}`);
    if (last > rule.most) throw new CronError(`end of range (${last}) above maximum (${rule.most}): ${part}`);
    if (first > last) throw new CronError(`beginning of range (${first}) beyond end of range (${last}): ${part}`);
    if (step === 0) throw new CronError(`step of range should be a positive number: ${part}`);
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return { values, isAny };
}

function named(text: string, { names }: FieldRule): number {
  const index = text === "" ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return index >= 0 ? index : whole(text);
}

function whole(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new CronError(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  }
  const number = Number(text);
  if (number < 0) throw new CronError(`negative number (${number}) not allowed: ${text}`);
  return number;
}

/** Searches wall-clock times; one that a change of the clocks leaves out is passed over. */
function fieldSchedule(fields: Fields, zone: Zone): CronSchedule {
  return {
    next(ms) {
      let wall = Math.floor((ms + zone(ms)) / MINUTE) * MINUTE + MINUTE;
      for (const end = wall + HORIZON; wall < end;) {
        const skipped = skip(fields, wall);
        if (skipped > wall) {
          wall = skipped;
          continue;
        }
        const time = wall - zone(wall - zone(wall));
        if (time + zone(time) === wall && time > ms) return time;
        wall += MINUTE;
      }
      return undefined;
    },
  };
}

/** The same time where all fields fit, or else the next that may. */
function skip({ minutes, hours, days, months, weekdays }: Fields, wall: number): number {
  const date = new Date(wall);
  if (!months.values.has(date.getUTCMonth() + 1)) return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  const isDay = days.values.has(date.getUTCDate());
  const isWeekday = weekdays.values.has(date.getUTCDay());
  // Where both are restricted, either will do.
  const fits = days.isAny || weekdays.isAny ? isDay && isWeekday : isDay || isWeekday;
  if (!fits) return (Math.floor(wall / DAY) + 1) * DAY;
  if (!hours.values.has(date.getUTCHours())) return (Math.floor(wall / HOUR) + 1) * HOUR;
  return minutes.values.has(date.getUTCMinutes()) ? wall : wall + MINUTE;
}

const EVERY = "@every ";

function everySchedule(spec: string): CronSchedule {
  const whole = Math.max(1000, Math.floor(periodMs(spec) / 1000) * 1000);
  return { next: (ms) => Math.floor(ms / 1000) * 1000 + whole };
}

function periodMs(spec: string): number {
  try {
    return parseDuration(spec.slice(EVERY.length));
  } catch (error) {
    if (!(error instanceof TimeError)) throw error;
    throw new CronError(`failed to parse duration ${spec}: ${error.message}`, { cause: error });
  }
}

/** Go's names for it: no name is UTC, and a server's own time zone is none other. */
const zones = new Map<string, Zone>(["UTC", "", "Local"].map((name) => [name, () => 0]));

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = formatOf(name);
  const zone: Zone = (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const { year, month, day, hour, minute, second } = parts as Record<string, number>;
    return Date.UTC(year!, month! - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
  zones.set(name, zone);
  return zone;
}

/** Names have to be written as the IANA does, which this runtime does not mind: each part begins with a capital. */
const NAME = /^[A-Z][^/]*(?:\/[A-Z][^/]*)*$/;

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format = NAME.test(timeZone) ? formatIn(timeZone) : undefined;
  const canonical = format?.resolvedOptions().timeZone;
  const isOther = canonical !== timeZone && canonical?.toLowerCase() === timeZone.toLowerCase();
  if (format === undefined || isOther) throw new CronError(`unknown time zone ${timeZone}`);
  return format;
}

function formatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
}
