import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Json } from "../json.ts";
import { StatusError } from "../status.ts";
import vectors from "../testdata/patches.json" with { type: "json" };
import { applyJsonPatch, readJsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";

interface Vector {
  readonly document: Json;
  readonly patch: Json;
  readonly result?: Json;
  readonly error?: string;
}

const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), json) as fc.Arbitrary<{
  [name: string]: Json;
}>;

test("merge patch: as recorded from the library that Kubernetes uses", () => {
  for (const { document, patch, result } of vectors.merge as readonly Vector[]) {
    assert.deepEqual(mergePatch(document, patch), result, JSON.stringify(patch));
  }
});

test("merge patch: an empty one changes nothing, and one applied twice nothing more", () => {
  fc.assert(
    fc.property(object, object, (document, patch) => {
      const once = mergePatch(document, patch);
      assert.equal(JSON.stringify(mergePatch(once, patch)), JSON.stringify(once));
      assert.equal(JSON.stringify(mergePatch(document, {})), JSON.stringify(document));
    }),
  );
});

test("merge patch: refuses what is no object", () => {
  assert.throws(
    () => mergePatch({}, []),
    /error decoding patch: json: cannot unmarshal array into Go value of type map/,
  );
  assert.throws(() => mergePatch({}, null), /Invalid JSON Patch/);
});

test("JSON patch: as recorded from the library that Kubernetes uses", () => {
  for (const { document, patch, result, error } of vectors.json as readonly Vector[]) {
    const text = JSON.stringify(patch);
    const before = JSON.stringify(document);
    const apply = () => applyJsonPatch(document, readJsonPatch(patch));
    if (error === undefined) assert.deepEqual(apply(), result, text);
    else assert.throws(apply, (thrown) => thrown instanceof StatusError && thrown.code === 422, `${text} ${error}`);
    assert.equal(JSON.stringify(document), before, "the document is left as it was");
  }
});

test("JSON patch: says what is wrong with the patch itself", () => {
  assert.deepEqual(readJsonPatch([{ op: "test", path: "/a", value: 1, foo: 2 }]).unknown, [
    'json patch unknown field "[0].foo"',
  ]);
  const message = "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp";
  assert.throws(() => readJsonPatch({}), new RegExp(message.replaceAll(/[[\]]/g, "\\$&")));
  assert.throws(
    () => readJsonPatch([{ op: 5 }]),
    /cannot unmarshal number into Go struct field jsonPatchOp.op of type string/,
  );
  const long = Array.from({ length: 10_001 }, () => ({ op: "test", path: "" }));
  assert.throws(() => readJsonPatch(long), /The allowed maximum operations in a JSON patch is 10000, got 10001/);
});

test("JSON patch: copies cannot grow a document without limit", () => {
  const document = { a: "x".repeat(1024 * 1024) };
  const operations = Array.from({ length: 4 }, (_, index) => ({ op: "copy", from: "/a", path: `/b${index}` }));
  assert.throws(
    () => applyJsonPatch(document, readJsonPatch(operations)),
    (error) => error instanceof StatusError && error.code === 422,
  );
});
