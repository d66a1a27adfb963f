import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, createDeflate, deflateSync } from "node:zlib";
import type { ByteChannel } from "../byte-channel.ts";
import { Inbox } from "../inbox.ts";
import type { SpdyStream } from "./connection.ts";
import { SpdyConnection } from "./connection.ts";
import { headerDictionary } from "./dictionary.ts";
import type { Frame } from "./frames.ts";
import { dataFrame, FrameParser, goAwayFrame, pingFrame, resetFrame, synStreamFrame } from "./frames.ts";
import { HeaderReader, HeaderWriter } from "./header-block.ts";

/** Two channels, each the other's end. */
function channelPair(): [ByteChannel, ByteChannel] {
  const inboxes = [new Inbox(), new Inbox()] as const;
  const listeners: (() => void)[] = [];
  const end = (mine: Inbox, theirs: Inbox): ByteChannel => ({
    input: mine,
    write: (bytes) => (theirs.push(bytes) ? Promise.resolve() : theirs.room()),
    onGone: (listener) => void listeners.push(listener),
    close: () => theirs.end(),
  });
  return [end(inboxes[0], inboxes[1]), end(inboxes[1], inboxes[0])];
}

async function textOf(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function connected(onStream: (stream: SpdyStream) => void) {
  const [left, right] = channelPair();
  const client = new SpdyConnection(left, "client", (stream) => stream.reset());
  const server = new SpdyConnection(right, "server", onStream);
  return { client, server, ended: Promise.all([client.run(), server.run()]) };
}

test("spdy: frames survive any cut of the bytes", () => {
  const bytes = Buffer.concat([
    synStreamFrame(1, Buffer.from("block")),
    dataFrame(1, Buffer.from("hello"), false),
    dataFrame(1, Buffer.alloc(0), true),
    pingFrame(7),
    resetFrame(3, 5),
    goAwayFrame(1),
  ]);
  for (const size of [1, 2, 7, 8, 9, 30, bytes.length]) {
    const parser = new FrameParser();
    const frames: Frame[] = [];
    for (let start = 0; start < bytes.length; start += size)
      frames.push(...parser.push(bytes.subarray(start, start + size)));
    assert.deepEqual(
      frames.map(({ type }) => type),
      ["syn-stream", "data", "data", "ping", "reset", "go-away"],
    );
    const [syn, data, last, ping, reset] = frames;
    assert(syn?.type === "syn-stream" && syn.stream === 1 && syn.block.toString() === "block");
    assert(data?.type === "data" && data.bytes.toString() === "hello" && !data.fin);
    assert(last?.type === "data" && last.bytes.length === 0 && last.fin);
    assert(ping?.type === "ping" && ping.id === 7);
    assert(reset?.type === "reset" && reset.stream === 3 && reset.status === 5);
  }
});

test("spdy: bytes that are no SPDY are refused", () => {
  assert.throws(() => [...new FrameParser().push(Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]))], /version/);
});

test("spdy: header blocks come through, and through a compressor with the dictionary", async () => {
  const headers = { streamtype: "error", port: "8080", long: "x".repeat(100_000) };
  const writer = new HeaderWriter();
  const reader = new HeaderReader();
  for (let round = 0; round < 3; round++) assert.deepEqual(await reader.read(writer.write(headers)), headers);
  reader.close();

  const deflate = createDeflate({ dictionary: headerDictionary });
  const blocks: Buffer[] = [];
  deflate.on("data", (block: Buffer) => blocks.push(block));
  const compressed = new HeaderReader();
  const plain = Buffer.from("\0\0\0\x01\0\0\0\x04Host\0\0\0\x03a\0b", "latin1");
  for (let round = 0; round < 2; round++) {
    await new Promise<void>((resolve) => deflate.write(plain, () => deflate.flush(constants.Z_SYNC_FLUSH, resolve)));
    assert.deepEqual(await compressed.read(Buffer.concat(blocks.splice(0))), { host: "a, b" });
  }
  compressed.close();
  await assert.rejects(new HeaderReader().read(Buffer.from("no zlib")));
  const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
  await assert.rejects(new HeaderReader().read(bomb), /too long/);
});

test("spdy: each side ends its own direction of a stream", async () => {
  const { client, ended } = connected((stream) => {
    stream.accept();
    void (async () => {
      const text = await textOf(stream.input);
      await stream.write(Buffer.from(`${stream.headers["name"]}: ${text}`));
      await stream.close();
    })();
  });
  const answers = await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      const stream = await client.open({ name });
      await stream.write(Buffer.from(name.repeat(200_000)));
      await stream.close();
      return textOf(stream.input);
    }),
  );
  assert.deepEqual(
    answers,
    ["a", "b", "c"].map((name) => `${name}: ${name.repeat(200_000)}`),
  );
  client.close();
  await ended;
});

test("spdy: a refused stream fails to open, and a dropped one ends with its signal aborted", async () => {
  const dropped = Promise.withResolvers<SpdyStream>();
  const { client, ended } = connected((stream) => {
    if (stream.headers["name"] === "bad") stream.reset();
    else {
      stream.accept();
      dropped.resolve(stream);
    }
  });
  await assert.rejects(client.open({ name: "bad" }), /refused/);
  const stream = await client.open({ name: "good" });
  stream.reset();
  const seen = await dropped.promise;
  assert.equal(await textOf(seen.input), "");
  assert(seen.signal.aborted);
  await assert.rejects(seen.write(Buffer.from("late")));
  client.close();
  await ended;
});

test("spdy: a reader that does not read holds the sender back, until it goes", async () => {
  const opened = Promise.withResolvers<SpdyStream>();
  const { client, server, ended } = connected((stream) => {
    stream.accept();
    opened.resolve(stream);
  });
  const stream = await client.open({});
  let sent = 0;
  const sending = (async () => {
    for (; sent < 1000; sent++) await stream.write(Buffer.alloc(64 * 1024));
  })();
  const seen = await opened.promise;
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert(sent < 50, `${sent} writes went through`);
  seen.input.discard();
  await sending;
  client.close();
  server.close();
  await ended;
});

test("spdy: a ping of the other side is answered, an answer is not", async () => {
  const [left, right] = channelPair();
  const server = new SpdyConnection(right, "server", () => {});
  const running = server.run();
  await left.write(pingFrame(2));
  await left.write(pingFrame(9));
  const parser = new FrameParser();
  for await (const chunk of left.input) {
    const frames = [...parser.push(chunk)];
    if (frames.length === 0) continue;
    assert.deepEqual(frames, [{ type: "ping", id: 9 }]);
    break;
  }
  left.close();
  await running;
});
