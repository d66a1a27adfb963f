import assert from "node:assert/strict";
import { test } from "node:test";
import { formatInZone, isTimeZone, parseCron } from "./cron.ts";

const cases: readonly (readonly [schedule: string, from: string, next: string | undefined, zone?: string])[] = [
  ["* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"],
  ["*/15 * * * *", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"],
  ["5 4 * * sun", "2026-01-01T00:00:00Z", "2026-01-04T04:05:00Z"],
  ["0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"],
  ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"],
  ["59 23 31 2 *", "2026-01-01T00:00:00Z", undefined],
  ["30 6-16/4 * * 1-5", "2026-01-02T14:30:00Z", "2026-01-05T06:30:00Z"],
  ["@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"],
  ["1,,*-9/30 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"],
  ["@every 1h30m", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z"],
  ["0 9 * * *", "2026-07-01T00:00:00Z", "2026-07-01T07:00:00Z", "Europe/Berlin"],
  ["30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z", "Europe/Berlin"],
  ["TZ=America/New_York 0 0 * * *", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00Z"],
];

for (const [schedule, from, next, zone] of cases) {
  test(`parseCron: ${schedule} after ${from}`, () => {
    const found = parseCron(schedule, zone).next(Date.parse(from));
    assert.equal(found, next === undefined ? undefined : Date.parse(next));
  });
}

test("parseCron: refuses what is no schedule", () => {
  for (const text of [
    "",
    "* * * *",
    "60 * * * *",
    "* * 0 * *",
    "5-1 * * * *",
    "*/0 * * * *",
    "@often",
    "@every x",
    "@hourly ",
    "TZ=UTC",
    "1/-1 * * * *",
    "a * * * *",
  ]) {
    assert.throws(() => parseCron(text), { name: "CronError" }, text);
  }
  assert.equal(isTimeZone("Europe/Berlin"), true);
  for (const zone of ["Nowhere/At-All", "utc", "europe/berlin", "Europe/berlin", "+0100"]) {
    assert.equal(isTimeZone(zone), false, zone);
  }
});

test("formatInZone: with the zone's offset", () => {
  assert.equal(formatInZone(Date.UTC(2026, 0, 1), "Europe/Berlin"), "2026-01-01T01:00:00+01:00");
  assert.equal(formatInZone(Date.UTC(2026, 0, 1)), "2026-01-01T00:00:00Z");
});
