import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolumeClaim } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { claimUpdateIssues } from "./claim-update.ts";

interface Class {
  readonly field?: string;
  readonly annotation?: string;
}

function claim({ field, annotation }: Class): PersistentVolumeClaim {
  return {
    metadata: annotation === undefined ? {} : { annotations: { [STORAGE_CLASS_ANNOTATION]: annotation } },
    spec: { resources: {}, ...(field === undefined ? {} : { storageClassName: field }) },
    status: {},
  } as unknown as PersistentVolumeClaim;
}

const rows: readonly (readonly [old: Class, next: Class, refused: readonly string[]])[] = [
  [{}, { field: "" }, []],
  [{}, { field: "gold" }, []],
  [{ field: "" }, {}, ["spec"]],
  [{ field: "" }, { field: "gold" }, ["spec"]],
  [{ annotation: "gold" }, { field: "gold" }, []],
  [{ annotation: "gold" }, { field: "gold", annotation: "gold" }, []],
  [{ annotation: "gold" }, { field: "" }, [`metadata.annotations.${STORAGE_CLASS_ANNOTATION}`, "spec"]],
  [{ annotation: "gold" }, {}, [`metadata.annotations.${STORAGE_CLASS_ANNOTATION}`]],
  [{ annotation: "gold" }, { field: "silver", annotation: "gold" }, ["spec"]],
];

for (const [old, next, refused] of rows) {
  test(`a claim's class from ${JSON.stringify(old)} to ${JSON.stringify(next)}`, () => {
    const issues = claimUpdateIssues(claim(next), claim(old));
    assert.deepEqual(
      issues.map(({ field }) => field),
      refused,
    );
  });
}
