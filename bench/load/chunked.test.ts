import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { chunkedReader } from "./chunked.ts";

const HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

test("chunked: the body comes whole, however it was cut", () => {
  const words = fc.array(fc.string({ minLength: 1 }), { minLength: 1 });
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 20 }), (chunks, cut) => {
      const encoded = chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`);
      const bytes = Buffer.from(`${HEAD}${encoded.join("")}0\r\n\r\n`);
      const reader = chunkedReader();
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += cut) pieces.push(...reader.read(bytes.subarray(at, at + cut)));
      assert.equal(Buffer.concat(pieces).toString(), chunks.join(""));
      assert.equal(reader.status, 200);
      assert.equal(reader.ended, true);
    }),
  );
});
