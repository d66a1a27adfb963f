import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  QuantityError,
  quantityValue,
  roundUpQuantity,
  subtractQuantities,
} from "./quantity.ts";
import vectors from "./testdata/quantities.json" with { type: "json" };

interface Vector {
  readonly input: string;
  readonly output?: string;
  readonly recanonical?: string;
  readonly value?: string;
  readonly milli?: string;
  readonly error?: string;
}

test("quantities: read and print as recorded from k8s.io/apimachinery v0.36.3", () => {
  for (const { input, output, recanonical, value, milli, error } of vectors.parsed as readonly Vector[]) {
    if (error !== undefined) {
      assert.throws(() => parseQuantity(input), new QuantityError(error), input);
      continue;
    }
    const { written, ...bare } = parseQuantity(input);
    assert.equal(formatQuantity(parseQuantity(input)), output, input);
    assert.equal(formatQuantity(bare), recanonical ?? output, `${input} ${written}`);
    if (fitsInt64(input, milli)) {
      assert.equal(quantityValue(bare), Number(value), `${input} value`);
      assert.equal(quantityMilliValue(bare), Number(milli), `${input} milli`);
    }
  }
});

/** Kubernetes' Value and MilliValue overflow; ours do not. Its rounding of negative fractions has two ways. */
function fitsInt64(input: string, milli: string | undefined): boolean {
  const amount = parseQuantity(input);
  const bound = parseQuantity("9223372036854775");
  return compareQuantities(amount, bound) < 0 && amount.unscaled >= 0n && milli !== undefined;
}

test("quantities: order, sum and difference as recorded from k8s.io/apimachinery v0.36.3", () => {
  for (const { left, right, sum, difference, order } of vectors.pairs) {
    const [x, y] = [parseQuantity(left), parseQuantity(right)];
    assert.equal(Math.sign(compareQuantities(x, y)), order, `${left} ? ${right}`);
    assert.equal(formatQuantity(addQuantities(x, y)), sum, `${left} + ${right}`);
    assert.equal(formatQuantity(subtractQuantities(x, y)), difference, `${left} - ${right}`);
  }
});

test("quantities: rounding up", () => {
  assert.equal(formatQuantity(roundUpQuantity(parseQuantity("1u"), -3)), "1m");
  assert.equal(formatQuantity(roundUpQuantity(parseQuantity("1500m"), -3)), "1500m");
  assert.equal(quantityValue(parseQuantity("1n")), 1);
  assert.equal(quantityValue(parseQuantity("-1m")), -1);
  assert.equal(canonicalQuantity(" 1024Mi "), "1Gi");
});

test("quantities: printing loses nothing, the order is total and follows sums", () => {
  const amount = fc
    .tuple(fc.integer(), fc.constantFrom("", "m", "k", "M", "Ki", "Mi", "Gi", "e3", "n"))
    .map(([number, suffix]) => parseQuantity(`${number}${suffix}`));
  fc.assert(
    fc.property(amount, amount, amount, (a, b, c) => {
      assert.equal(compareQuantities(parseQuantity(formatQuantity(a)), a), 0);
      assert.equal(Math.sign(compareQuantities(a, b)), -Math.sign(compareQuantities(b, a)) || 0);
      const shifted = compareQuantities(addQuantities(a, c), addQuantities(b, c));
      assert.equal(Math.sign(shifted), Math.sign(compareQuantities(a, b)));
      assert.equal(compareQuantities(subtractQuantities(addQuantities(a, c), c), a), 0);
    }),
  );
});
