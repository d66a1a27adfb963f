import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bytes,
  flag,
  int32,
  int64,
  int64s,
  message,
  nested,
  nestedList,
  text,
  textMap,
  texts,
  uint64,
} from "./protobuf.ts";

const inner = message({ name: text(1), at: int64(2) });
const outer = message({
  title: text(1),
  count: int32(2),
  one: nested(3, inner),
  many: nestedList(4, inner),
  labels: textMap(5),
  words: texts(6),
  numbers: int64s(7),
  data: bytes(8),
  yes: flag(9),
  size: uint64(10),
});

test("protobuf: everything comes back as it went, with numbers beyond 2^53 whole", () => {
  const value = {
    title: "grüß",
    count: -7,
    one: { name: "a", at: 1_795_000_000_123_456_789n },
    many: [
      { name: "b", at: -1n },
      { name: "", at: 0n },
    ],
    labels: { "app.kubernetes.io/name": "web", empty: "" },
    words: ["x", "", "y"],
    numbers: [1n, 2n ** 62n],
    data: Uint8Array.of(0, 255),
    yes: true,
    size: 2n ** 63n,
  };
  assert.deepEqual(outer.decode(outer.encode(value)), value);
});

test("protobuf: what is absent has its default, and messages are undefined", () => {
  const empty = outer.decode(outer.encode({ title: "", count: 0, words: [] }));
  assert.equal(outer.encode({ title: "", count: 0, words: [], one: undefined }).length, 0);
  assert.deepEqual(
    [empty.title, empty.one, empty.many, empty.labels, empty.yes, empty.size],
    ["", undefined, [], {}, false, 0n],
  );
});

test("protobuf: unknown fields are skipped, and packed numbers are read", () => {
  const wider = message({ title: text(1), new: texts(99), later: nested(100, inner) });
  assert.equal(outer.decode(wider.encode({ title: "t", new: ["n"], later: { name: "l" } })).title, "t");
  // Field 7, length-delimited, with the numbers 1 and 300.
  assert.deepEqual(outer.decode(Uint8Array.of(0x3a, 3, 1, 0xac, 2)).numbers, [1n, 300n]);
});
