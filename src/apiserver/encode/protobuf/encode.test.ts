import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../../machinery/json.ts";
import { protobufOf } from "./answers.ts";
import { decodeProtobuf } from "./envelope.ts";

/** Objects with little in them, and what Kubernetes' own serializer (v0.36.3) made of each: zeros, nulls and edges. */
const messages = JSON.parse(readFileSync(join(import.meta.dirname, "testdata/messages.json"), "utf8")) as readonly {
  readonly object: JsonObject;
  readonly protobuf: string;
}[];

for (const { object, protobuf } of messages) {
  const { kind, metadata } = object as { readonly kind: string; readonly metadata?: { readonly name?: string } };
  const bytes = Buffer.from(protobuf, "base64");
  test(`protobuf: ${kind} ${metadata?.name ?? ""} is written as Kubernetes writes it`, () => {
    assert.equal(Buffer.from(protobufOf(object)).toString("base64"), protobuf);
  });
  test(`protobuf: ${kind} ${metadata?.name ?? ""} is read again`, () => {
    assert.equal(Buffer.from(protobufOf(decodeProtobuf(bytes))).toString("base64"), protobuf);
  });
}
