import assert from "node:assert/strict";
import { test } from "node:test";
import { toYaml } from "./yaml.ts";

const words = (count: number) => Array.from({ length: count }, (_, index) => `word-${index}`).join(" ");

test("a long text is broken at the first space behind the eightieth column", () => {
  const text = toYaml({ message: words(15) });
  const [first, second] = text.split("\n");
  assert.equal(first!.length, 86);
  assert.equal(second, "  word-11 word-12 word-13 word-14");
});

test("in a list and in what is nested, the rest stands deeper than what the text is in", () => {
  const long = words(15);
  assert.match(toYaml({ a: { b: long } }), /^a:\n {2}b: .*\n {4}word-\d/);
  assert.match(toYaml({ a: [long] }), /^a:\n- .*\n {2}word-\d/);
  assert.match(toYaml({ a: [{ b: long }] }), /^a:\n- b: .*\n {4}word-\d/);
});

test("what has line breaks of its own keeps them alone", () => {
  const long = words(15);
  assert.equal(toYaml({ a: `x\n${long}\n`, b: 1 }), `a: |\n  x\n  ${long}\nb: 1\n`);
  assert.equal(toYaml([`x\n${long}\n`]), `- |\n  x\n  ${long}\n`);
});
