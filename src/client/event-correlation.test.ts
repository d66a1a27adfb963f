import assert from "node:assert/strict";
import { test } from "node:test";
import { EventCorrelation } from "./event-correlation.ts";

const MINUTE_MS = 60_000;

function sort(message: string, source = "Pod|1|web") {
  return { source, type: "Warning", reason: "BackOff", message };
}

test("event correlation: the same message of the same object is one event, whatever comes between", () => {
  const correlation = new EventCorrelation();
  const first = correlation.correlate(sort("a"), 0);
  assert.equal(first?.message, "a");
  const others = [sort("b"), sort("a", "Pod|2|web"), { ...sort("a"), reason: "Failed" }];
  for (const other of others) assert.notEqual(correlation.correlate(other, 1)?.event, first?.event);
  assert.equal(correlation.correlate(sort("a"), 2)?.event, first?.event);
});

test("event correlation: from the tenth message of a sort on, all are told as one, until the sort has been quiet", () => {
  const correlation = new EventCorrelation();
  const told = Array.from({ length: 12 }, (_, index) => correlation.correlate(sort(`m${index}`), index));
  assert.deepEqual(
    told.slice(8).map((one) => one?.message),
    ["m8", ...[9, 10, 11].map((index) => `(combined from similar events): m${index}`)],
  );
  assert.equal(new Set(told.map((one) => one?.event)).size, 10);
  assert.equal(correlation.correlate(sort("m12"), 11 * MINUTE_MS)?.message, "m12");
});

test("event correlation: an object tells 25 events at once, and then one every five minutes", () => {
  const correlation = new EventCorrelation();
  const atOnce = Array.from({ length: 30 }, () => correlation.correlate(sort("a"), 0));
  assert.equal(atOnce.filter((one) => one !== undefined).length, 25);
  assert.notEqual(correlation.correlate(sort("a", "Pod|2|web"), 0), undefined);
  assert.equal(correlation.correlate(sort("a"), 4 * MINUTE_MS), undefined);
  assert.notEqual(correlation.correlate(sort("a"), 5 * MINUTE_MS), undefined);
});
