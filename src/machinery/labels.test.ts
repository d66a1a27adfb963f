import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  exactMatch,
  formatLabelSelector,
  formatSelector,
  matches,
  parseSelector,
  selectorFromLabels,
  selectorOf,
} from "./labels.ts";
import type { Requirement } from "./labels.ts";
import { SelectorError } from "./selector-error.ts";
import vectors from "./testdata/selectors.json" with { type: "json" };

interface Vector {
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
}

test("label selectors: read and print as recorded from k8s.io/apimachinery v0.36.3", () => {
  for (const { input, output = "", error } of vectors.labels as readonly Vector[]) {
    if (error === undefined) assert.equal(formatSelector(parseSelector(input)), output, input);
    else assert.throws(() => parseSelector(input), new SelectorError(error), input);
  }
});

test("label selectors: what they select", () => {
  const labels = { app: "web", tier: "front", weight: "7" };
  const cases: [string, boolean][] = [
    ["", true],
    ["app=web", true],
    ["app==db", false],
    ["app!=db", true],
    ["app!=web", false],
    ["missing!=web", true],
    ["app in (db,web)", true],
    ["app notin (db,web)", false],
    ["missing notin (a)", true],
    ["missing in (a)", false],
    ["tier", true],
    ["!tier", false],
    ["!missing", true],
    ["weight>6,weight<8", true],
    ["weight>7", false],
    ["app>1", false],
    ["missing<1", false],
    ["constructor", false],
    ["!constructor", true],
  ];
  for (const [text, expected] of cases) assert.equal(matches(parseSelector(text), labels), expected, text);
  assert.equal(matches(parseSelector("!a"), undefined), true);
});

test("label selectors: an absent one selects nothing, an empty one everything", () => {
  assert.equal(matches(selectorOf(undefined), { a: "b" }), false);
  assert.equal(matches(selectorOf(null), undefined), false);
  assert.equal(matches(selectorOf({}), undefined), true);
  assert.equal(matches(selectorFromLabels({}), { a: "b" }), true);
});

test("label selectors: from the object form", () => {
  const selector = selectorOf({
    matchLabels: { b: "2", a: "1" },
    matchExpressions: [
      { key: "c", operator: "NotIn", values: ["y", "x"] },
      { key: "d", operator: "DoesNotExist" },
    ],
  });
  assert.equal(formatSelector(selector), "a=1,b=2,c notin (x,y),!d");
  assert.equal(exactMatch(selector, "a"), "1");
  assert.equal(exactMatch(selector, "c"), undefined);
  assert.equal(formatLabelSelector({}), "<none>");
  const wrong = { matchExpressions: [{ key: "a", operator: "Near" as "In" }] };
  assert.throws(() => selectorOf(wrong), new SelectorError('"Near" is not a valid label selector operator'));
  assert.throws(
    () => selectorOf({ matchExpressions: [{ key: "a", operator: "In" }] }),
    new SelectorError(`values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty`),
  );
});

test("label selectors: printing and reading give the same selector", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9.]{0,5}[a-z0-9]$/);
  const requirement: fc.Arbitrary<Requirement> = fc.oneof(
    fc.record({ key: word, operator: fc.constantFrom("exists", "!"), values: fc.constant([]) }),
    fc.record({ key: word, operator: fc.constantFrom("=", "==", "!="), values: fc.tuple(word) }),
    fc.record({ key: word, operator: fc.constantFrom("in", "notin"), values: fc.uniqueArray(word, { minLength: 1 }) }),
  ) as fc.Arbitrary<Requirement>;
  fc.assert(
    fc.property(fc.uniqueArray(requirement, { selector: ({ key }) => key }), (requirements) => {
      const text = formatSelector({ requirements, nothing: false });
      const read = parseSelector(text);
      assert.equal(formatSelector(parseSelector(formatSelector(read))), formatSelector(read));
      assert.equal(read.requirements.length, requirements.length);
    }),
  );
});
