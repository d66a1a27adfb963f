import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalDuration, formatDuration, humanDuration, parseDuration, shortHumanDuration } from "./duration.ts";
import { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseTime, TimeError } from "./time.ts";
import vectors from "./testdata/times.json" with { type: "json" };

interface Vector {
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
}

function check(recorded: readonly Vector[], canonical: (text: string) => string | null): void {
  for (const { input, output, error } of recorded) {
    if (error === undefined) assert.equal(JSON.stringify(canonical(input)), output, input);
    else assert.throws(() => canonical(input), new TimeError(error), input);
  }
}

test("times: read and print as recorded from k8s.io/apimachinery v0.36.3", () => {
  check(vectors.times, canonicalTime);
  check(vectors.microTimes, canonicalMicroTime);
});

test("times: from milliseconds and back", () => {
  const ms = Date.UTC(2024, 1, 29, 12, 34, 56, 789);
  assert.equal(formatTime(ms), "2024-02-29T12:34:56Z");
  assert.equal(formatMicroTime(ms + 0.25), "2024-02-29T12:34:56.789250Z");
  assert.equal(parseTime("2024-02-29T12:34:56.789Z"), ms);
  assert.equal(formatTime(0), "1970-01-01T00:00:00Z");
  assert.equal(formatMicroTime(-1), "1969-12-31T23:59:59.999000Z");
});

test("durations: read and print as recorded from k8s.io/apimachinery v0.36.3", () => {
  check(vectors.durations, canonicalDuration);
  assert.equal(parseDuration("1m30.5s"), 90_500);
  assert.equal(formatDuration(90_500), "1m30.5s");
});

test("durations: ages as kubectl shows them", () => {
  for (const { seconds, human, short } of vectors.ages) {
    assert.equal(humanDuration(seconds * 1000), human, `${seconds}`);
    assert.equal(shortHumanDuration(seconds * 1000), short, `${seconds}`);
  }
});
