import assert from "node:assert/strict";
import { test } from "node:test";
import { applyJsonPatch, applyJsonPatchInOrder, readJsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";
import { orderAfterMerge } from "./touched-order.ts";

const document = { z: { b: { y: 1, x: 2 }, a: [{ d: 1, c: 2 }] }, m: { b: 1, a: 2 } };

test("a merge patch orders the members of what it opens, and of what is new", () => {
  const patch = { z: { n: { b: 1, a: [{ b: 1, a: 2 }] } } };
  const shown = JSON.stringify(orderAfterMerge(mergePatch(document, patch), document, patch));
  assert.equal(
    shown,
    '{"m":{"b":1,"a":2},"z":{"a":[{"d":1,"c":2}],"b":{"y":1,"x":2},"n":{"a":[{"a":2,"b":1}],"b":1}}}',
  );
});

test("a JSON patch that changes what it has added can be applied again", () => {
  const patch = readJsonPatch([
    { op: "add", path: "/m/c", value: [7] },
    { op: "add", path: "/m/c/0", value: 1 },
  ]);
  assert.deepEqual(applyJsonPatch(document, patch), applyJsonPatch(document, patch));
});

test("a JSON patch orders what its paths go through", () => {
  const patch = readJsonPatch([{ op: "add", path: "/z/a/0/b", value: { b: 1, a: 2 } }]);
  const shown = JSON.stringify(applyJsonPatchInOrder(document, patch));
  assert.equal(shown, '{"m":{"b":1,"a":2},"z":{"a":[{"b":{"b":1,"a":2},"c":2,"d":1}],"b":{"y":1,"x":2}}}');
});

test("a JSON patch copies what the way to its place has opened", () => {
  const patch = readJsonPatch([{ op: "copy", from: "/m", path: "/m/c" }]);
  const shown = JSON.stringify(applyJsonPatchInOrder(document, patch));
  assert.equal(shown, `{"m":{"a":2,"b":1,"c":{"a":2,"b":1}},"z":${JSON.stringify(document.z)}}`);
});

test("what a JSON patch has opened stays so where later operations move it, and where they copy it", () => {
  const patch = readJsonPatch([
    { op: "add", path: "/z/a/0/b", value: 1 },
    { op: "add", path: "/z/a/0", value: { b: 1, a: 2 } },
    { op: "copy", from: "/z/a/1", path: "/z/c" },
    { op: "test", path: "/m", value: { a: 2, b: 1 } },
  ]);
  const moved = '{"b":1,"c":2,"d":1}';
  assert.equal(
    JSON.stringify(applyJsonPatchInOrder(document, patch)),
    `{"m":{"a":2,"b":1},"z":{"a":[{"b":1,"a":2},${moved}],"b":{"y":1,"x":2},"c":${moved}}}`,
  );
});
