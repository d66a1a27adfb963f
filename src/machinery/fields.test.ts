import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exactFieldMatch, formatFieldSelector, matchesFields, parseFieldSelector } from "./fields.ts";
import { SelectorError } from "./selector-error.ts";
import vectors from "./testdata/selectors.json" with { type: "json" };

interface Vector {
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
}

test("field selectors: read and print as recorded from k8s.io/apimachinery v0.36.3", () => {
  for (const { input, output = "", error } of vectors.fields as readonly Vector[]) {
    if (error === undefined) assert.equal(formatFieldSelector(parseFieldSelector(input)), output, input);
    else assert.throws(() => parseFieldSelector(input), new SelectorError(error), input);
  }
});

test("field selectors: what they select", () => {
  const fields = new Map([["status.phase", "Running"]]);
  const lookup = (field: string) => fields.get(field) ?? "";
  assert.equal(matchesFields(parseFieldSelector("status.phase=Running"), lookup), true);
  assert.equal(matchesFields(parseFieldSelector("status.phase!=Running"), lookup), false);
  assert.equal(matchesFields(parseFieldSelector("spec.nodeName="), lookup), true);
  assert.equal(matchesFields(parseFieldSelector(""), lookup), true);
  assert.equal(exactFieldMatch(parseFieldSelector("a!=1,b=2"), "b"), "2");
});

test("field selectors: any value survives printing and reading", () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      const selector = { terms: [{ field: "a", operator: "=" as const, value }] };
      assert.deepEqual(parseFieldSelector(formatFieldSelector(selector)), selector);
    }),
  );
});
