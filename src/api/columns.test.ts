import assert from "node:assert/strict";
import { test } from "node:test";
import { created, kindOf } from "./answers.fixture.ts";
import type { KubeObject } from "../machinery/object.ts";
import recorded from "./testdata/tables.json" with { type: "json" };

interface Row {
  readonly object: KubeObject;
  readonly answer: {
    readonly stored: KubeObject;
    readonly nowMs: number;
    readonly columns: readonly { readonly name: string }[];
    readonly cells: readonly unknown[];
  };
}

// Rows as a real kube-apiserver 1.36 prints them: tools/record-kinds.ts.
const rows = recorded as unknown as readonly Row[];

for (const [index, { object, answer }] of rows.entries()) {
  const { stored, nowMs, columns, cells } = answer;
  test(`${index}: a row of a ${object.kind}: ${cells.join(" ").trim()}`, () => {
    const kind = kindOf(object);
    if (kind.columns === undefined) {
      assert.deepEqual(
        columns.map(({ name }) => name),
        ["Name", "Created At"],
        "a kind without columns of its own",
      );
      return;
    }
    const own = kind.columns.map(({ name, type, format = "", priority = 0, value }) => ({
      column: { name, type, format, priority },
      cell: value(stored, nowMs) as unknown,
    }));
    if (!own.some(({ column }) => column.name === "Name")) own.unshift({ column: NAME, cell: stored.metadata.name });
    assert.deepEqual(
      own.map(({ cell }) => cell),
      cells,
    );
    assert.deepEqual(
      own.map(({ column }) => column),
      columns,
    );
  });
}

const NAME = { name: "Name", type: "string", format: "name", priority: 0 } as const;

test("what has only been decoded and defaulted can be printed too", () => {
  for (const { object } of rows) {
    const fresh = created(object);
    assert.notEqual(fresh["kind"], "Status", `${object.kind}: ${String(fresh["message"])}`);
    for (const { value } of kindOf(object).columns ?? []) value(fresh as unknown as KubeObject, 0);
  }
});
