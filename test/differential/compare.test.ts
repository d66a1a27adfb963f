import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "./compare.ts";
import { globPattern, type Known } from "./known.ts";
import { LATE } from "./play.ts";

const entry = (step: string, ...lines: readonly string[]) => ({ step, lines });
const known = (title: string, cases: string, ...lines: readonly RegExp[]): Known => ({
  title,
  cases: globPattern(cases),
  lines,
});

test("compare: what is the same is no difference", () => {
  const entries = [entry("GET /a", "HTTP 200", "{}")];
  assert.deepEqual(compare("one", entries, entries, []).differences, []);
});

test("compare: shows the lines of both sides, with some around", () => {
  const common = ["1", "2", "3", "4", "5"];
  const { differences } = compare(
    "one",
    [entry("GET /a", ...common, "theirs")],
    [entry("GET /a", ...common, "ours")],
    [],
  );
  assert.equal(differences.length, 1);
  assert.deepEqual(differences[0], {
    case: "one",
    step: "GET /a",
    shown: ["  3", "  4", "  5", "- theirs", "+ ours"],
  });
});

test("compare: a line that is known may differ, and every other may not", () => {
  const theirs = [entry("GET /a", "age: 1", "name: x"), entry("GET /b", "age: 1")];
  const reason = known("Ages", "one", /age: /);
  const same = [entry("GET /a", "age: 2", "name: x"), entry("GET /b", "age: 2")];
  const { differences, met } = compare("one", theirs, same, [reason]);
  assert.deepEqual(differences, []);
  assert.deepEqual([...met], ["Ages"]);
  const other = [entry("GET /a", "age: 2", "name: y"), entry("GET /b", "age: 2")];
  assert.deepEqual(
    compare("one", theirs, other, [reason]).differences.map(({ step }) => step),
    ["GET /a"],
  );
  assert.equal(compare("two", theirs, same, [reason]).differences.length, 2, "another case is not excused");
});

test("compare: what is known may depend on the step", () => {
  const reason = known("Lists", "*", /  # GET \/list/);
  const differ = (step: string) => compare("one", [entry(step, "a")], [entry(step, "b")], [reason]).differences.length;
  assert.equal(differ("GET /list"), 0);
  assert.equal(differ("GET /other"), 1);
});

test("compare: a side that ends before, and a condition that never held, are differences", () => {
  const { differences } = compare("one", [entry("GET /a", "x")], [], []);
  assert.deepEqual(differences[0]?.shown, ["- x", "+ (nothing: the case ended before)"]);
  const late = [entry("GET /a", "x", `${LATE} 90 s)`)];
  assert.equal(compare("one", late, late, []).differences.length, 1, "a mistake of the case");
});

test("compare: very long answers are compared as sets of lines", () => {
  const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);
  const { differences } = compare("one", [entry("GET /a", ...lines)], [entry("GET /a", ...lines, "more")], []);
  assert.deepEqual(differences[0]?.shown, ["+ more", "- 30000 lines", "+ 30001 lines"]);
});
