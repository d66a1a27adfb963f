import assert from "node:assert/strict";
import { test } from "node:test";
import { loadShapes } from "./load.ts";

const shapes = loadShapes({
  structs: {
    "a.Tree": [
      ["name", "string", "r", 1, { enum: ["oak", "elm"] }],
      ["branches", "[]a.Tree", "o", 2, { list: "map", keys: ["name"] }],
      ["root", "a.Root", "po", 3, { within: [7], default: {} }],
      ["loose", "a.Root", "po", 4, { atomic: false }],
      ["extra", "{}<>string", "o", 5],
      ["heights", "[]int32", "o", 6],
      ["grafted", "boolean", "", 0],
    ],
    "a.Root": [],
  },
  atomic: ["a.Root"],
});

test("shapes: a type may hold itself, and a name gives one shape only", () => {
  const tree = shapes("a.Tree");
  const branches = tree.fields["branches"]!.shape;
  assert(branches.type === "list");
  assert.equal(branches.items, tree);
  assert.deepEqual([branches.listType, branches.mapKeys], ["map", ["name"]]);
});

test("shapes: a field may own its struct by parts where the struct itself is atomic", () => {
  const { root, loose } = shapes("a.Tree").fields;
  assert(root!.shape.type === "struct" && loose!.shape.type === "struct");
  assert.equal(root!.shape, shapes("a.Root"));
  assert.deepEqual([root!.shape.atomic, loose!.shape.atomic], [true, false]);
});

test("shapes: what protobuf needs", () => {
  const { name, root, extra, heights, grafted } = shapes("a.Tree").fields;
  assert.deepEqual(name!.protobuf, { number: 1, wire: "bytes" });
  assert.deepEqual(root!.protobuf, { number: 3, wire: "bytes", within: [7] });
  assert.deepEqual(heights!.protobuf, { number: 6, wire: "varint" });
  assert.equal(grafted!.protobuf, undefined);
  assert(extra!.shape.type === "map" && extra!.shape.values.type === "list" && extra!.shape.values.wrapped === true);
});

test("shapes: flags, order, default and enum", () => {
  const { name, root, branches } = shapes("a.Tree").fields;
  assert.deepEqual([name!.required, name!.pointer, name!.omitEmpty, name!.order], [true, false, false, 0]);
  assert.deepEqual([root!.pointer, root!.omitEmpty, root!.order, root!.default], [true, true, 2, {}]);
  assert.equal("default" in branches!, false);
  assert.deepEqual(name!.shape, { type: "string", enum: ["oak", "elm"] });
});

test("shapes: no name but the struct's own is known", () => {
  assert.throws(() => shapes("a.Stone"), /no shape is named a\.Stone/);
  assert.equal(shapes("a.Root").fields["toString"], undefined);
});
