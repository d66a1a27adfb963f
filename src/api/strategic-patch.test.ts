import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../machinery/json.ts";
import { strategicMergePatch } from "../machinery/patch/strategic.ts";
import { StatusError } from "../machinery/status.ts";
import vectors from "../machinery/testdata/patches.json" with { type: "json" };
import { shapes } from "./generated/shapes.ts";

interface Vector {
  readonly kind: string;
  readonly document: Json;
  readonly patch: Json;
  readonly result?: Json;
  readonly error?: string;
}

const SHAPES: Readonly<Record<string, string>> = {
  Pod: "io.k8s.api.core.v1.Pod",
  Service: "io.k8s.api.core.v1.Service",
  Deployment: "io.k8s.api.apps.v1.Deployment",
};

/** Kubernetes answers 422 for it, and says no more. */
const HIDDEN = "lists of lists are not supported";

for (const { kind, document, patch, result, error } of vectors.strategic as readonly Vector[]) {
  test(`strategic merge patch: ${kind} ${JSON.stringify(patch)}`, () => {
    const before = JSON.stringify(document);
    const apply = () => strategicMergePatch(shapes(SHAPES[kind]!), document, structuredClone(patch));
    if (error === undefined) assert.deepEqual(apply(), result);
    else
      assert.throws(
        apply,
        (thrown) =>
          thrown instanceof StatusError && (error === HIDDEN || assert.equal(thrown.message, error) === undefined),
      );
    assert.equal(JSON.stringify(document), before, "the document is left as it was");
  });
}
