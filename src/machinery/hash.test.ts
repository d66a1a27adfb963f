import assert from "node:assert/strict";
import { test } from "node:test";
import { fnv32a, fnv64, fnv64a, safeEncode, templateHash } from "./hash.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("FNV-1a and FNV-1: the published values", () => {
  assert.equal(fnv32a(bytes("")), 0x811c9dc5);
  assert.equal(fnv32a(bytes("foobar")), 0xbf9cf968);
  assert.equal(fnv32a(bytes("bar"), fnv32a(bytes("foo"))), fnv32a(bytes("foobar")));
  assert.equal(fnv64a(bytes("foobar")), 0x85944171f73967e8n);
  assert.equal(fnv64(bytes("foobar")), 0x340d8765a4dda9c2n);
});

test("safe letters: as Kubernetes encodes the hashes in names", () => {
  assert.equal(safeEncode("0123456789"), "456789bcdf");
  assert.equal(safeEncode("2222222222"), "6666666666");
});

test("template hash: stays for equal templates, changes with the template and with the count of collisions", () => {
  const template = { metadata: { labels: { a: "1", b: "2" } }, spec: { containers: [{ name: "x" }] } };
  const reordered = {
    spec: { containers: [{ name: "x", image: undefined }] },
    metadata: { labels: { b: "2", a: "1" } },
  };
  const hash = templateHash(template);
  assert.match(hash, /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  assert.equal(templateHash(reordered), hash);
  const all = new Set([
    hash,
    templateHash(template, 0),
    templateHash(template, 1),
    templateHash({ ...template, spec: {} }),
  ]);
  assert.equal(all.size, 4);
});
