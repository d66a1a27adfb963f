import assert from "node:assert/strict";
import { test } from "node:test";
import { toYaml } from "./yaml.ts";
import { naturalOrder } from "./yaml-order.ts";

const words = (count: number) => Array.from({ length: count }, (_, index) => `word-${index}`).join(" ");

test("YAML as Kubernetes writes it", () => {
  const value = {
    metadata: { resourceVersion: "28", labels: { b: "yes", a: "1e3", "k:{x}": "a: b" }, list: [{ y: 1, x: "" }] },
    apiVersion: "v1",
    text: '{"a":"b"}\n',
    time: "2026-11-21T08:36:29Z",
    empty: {},
  };
  assert.equal(
    toYaml(value),
    `apiVersion: v1
empty: {}
metadata:
  labels:
    a: "1e3"
    b: "yes"
    k:{x}: 'a: b'
  list:
  - x: ""
    "y": 1
  resourceVersion: "28"
text: |
  {"a":"b"}
time: "2026-11-21T08:36:29Z"
`,
  );
  assert.deepEqual(["a10", "a2", "B", "a", ".", "f:x"].toSorted(naturalOrder), [".", "B", "a", "a2", "a10", "f:x"]);
});

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

test("a key that is long or has line breaks stands alone", () => {
  const key = `f:${"x".repeat(126)}`;
  assert.equal(toYaml({ [key]: { a: 1 } }), `${key}:\n  a: 1\n`);
  assert.equal(toYaml({ [`${key}x`]: { a: 1, b: 2 } }), `? ${key}x\n: a: 1\n  b: 2\n`);
  assert.equal(toYaml({ [`${key}x`]: [1] }), `? ${key}x\n: - 1\n`);
  assert.equal(toYaml({ "a\nb": "c" }), "? |-\n  a\n  b\n: c\n");
});

test("what has no plain form is quoted, and escaped where it could not be seen", () => {
  const texts = [
    "- a",
    "it's: so",
    "a\tb",
    "\u{1f600}",
    " a",
    "12:30",
    "0x1F",
    "2026-02-28",
    "2026-02-30",
    "<<",
    "yEs",
  ];
  assert.equal(
    toYaml(texts),
    String.raw`- '- a'
- 'it''s: so'
- "a\tb"
- "\U0001F600"
- ' a'
- "12:30"
- "0x1F"
- "2026-02-28"
- 2026-02-30
- <<
- yEs
`,
  );
});

test("numbers are printed as Go does", () => {
  assert.equal(toYaml({ least: -(2 ** 63) }), "least: -9223372036854775808\n");
  assert.equal(toYaml([1, -3, 0.5, 1234567.5, 1e21, 0.00001]), "- 1\n- -3\n- 0.5\n- 1.2345675e+06\n- 1e+21\n- 1e-05\n");
});
