import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import { createStreamLog } from "./log.ts";

const stamp = "2026-01-02T03:04:05.006Z";

const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 6);

function memory(): { stream: Writable; text: () => string; release: () => void } {
  let text = "";
  let waiting: (() => void)[] | undefined = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      if (waiting === undefined) done();
      else waiting.push(done);
    },
  });
  const release = () => {
    const all = waiting ?? [];
    waiting = undefined;
    for (const done of all) done();
  };
  return { stream, text: () => text, release };
}

test("log: logfmt quotes what needs it and keeps a line a line", () => {
  const { stream, text, release } = memory();
  release();
  const log = createStreamLog(stream, { format: "logfmt", level: "info", now }).with({ component: "api" });
  log.debug("not written");
  log.info("started", { port: 6443, path: "/a b", text: "two\nlines", missing: undefined, big: 5n });
  log.error("failed", { error: new Error("outer", { cause: new Error("inner") }), object: { a: 1 } });
  assert.deepEqual(text().split("\n"), [
    '2026-01-02T03:04:05.006Z info  started component=api port=6443 path="/a b" text="two\\nlines" big=5',
    '2026-01-02T03:04:05.006Z error failed component=api error="outer: inner" object="{\\"a\\":1}"',
    "",
  ]);
});

test("log: JSON lines carry fields beside time, level and message", () => {
  const { stream, text, release } = memory();
  release();
  createStreamLog(stream, { format: "json", level: "debug", now }).warn("slow", { ms: 12, revision: 7n });
  assert.deepEqual(JSON.parse(text()), {
    time: "2026-01-02T03:04:05.006Z",
    level: "warn",
    message: "slow",
    ms: 12,
    revision: "7",
  });
});

test("log: drops and counts lines while the stream is stuck", async () => {
  const { stream, text, release } = memory();
  const log = createStreamLog(stream, { format: "logfmt", level: "info", now });
  const long = "x".repeat(1024 * 1024);
  for (let round = 0; round < 8; round++) log.info(long);
  release();
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
  log.info("after");
  assert.equal(
    text().slice(-100).replace(/^x*\n/, ""),
    `${stamp} warn  log lines dropped count=4\n${stamp} info  after\n`,
  );
});
