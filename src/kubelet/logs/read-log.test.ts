import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryDisk } from "../../host/sim/disk/memory-disk.ts";
import { logTime } from "./cri-line.ts";
import { lastLines } from "./last-lines.ts";
import type { LogRequest } from "./read-log.ts";
import { readLog } from "./read-log.ts";
import { rotateLog } from "./rotate.ts";

const PATH = "/log/0.log";
const ALL: LogRequest = {
  follow: false,
  tailLines: undefined,
  since: 0n,
  timestamps: false,
  limitBytes: undefined,
  streams: "All",
};

for (const { name, request, text } of [
  { name: "everything", request: {}, text: "one\ntwo\nthree\nlong line\n" },
  { name: "the last lines", request: { tailLines: 3 }, text: "three\nlong line\n" },
  { name: "no lines", request: { tailLines: 0 }, text: "" },
  { name: "since a moment", request: { since: logTime("2026-01-01T00:00:02Z") }, text: "three\nlong line\n" },
  { name: "so many bytes", request: { limitBytes: 5 }, text: "one\nt" },
  { name: "one stream", request: { streams: "Stderr" as const }, text: "two\n" },
  {
    name: "with timestamps",
    request: { timestamps: true, tailLines: 3 },
    text: "2026-01-01T00:00:02.500000000Z three\n2026-01-01T00:00:03.000000000Z long line\n",
  },
]) {
  test(`logs: ${name}`, async () => {
    const disk = await filled();
    const source = { disk, path: PATH, isRunning: () => false, signal: new AbortController().signal };
    assert.equal(await textOf(readLog(source, { ...ALL, since: 0n, ...request })), text);
  });
}

test("logs: following reads what is added, goes on in the new file after a rotation, and ends with the container", async () => {
  const disk = await filled();
  let running = true;
  const source = { disk, path: PATH, isRunning: () => running, signal: new AbortController().signal };
  const lines = readLog(source, { ...ALL, follow: true, tailLines: 0 });
  const first = lines.next();
  await turn();
  disk.append(PATH, "2026-01-01T00:01:00Z stdout F four\n");
  assert.equal(decoded((await first).value!), "four\n");
  disk.append(PATH, "2026-01-01T00:01:00Z stdout F five\n");
  await disk.rename(PATH, `${PATH}.1`);
  await disk.write(PATH, new TextEncoder().encode("2026-01-01T00:01:01Z stdout F six\n"), 0o644);
  assert.equal(decoded((await lines.next()).value!), "five\n");
  assert.equal(decoded((await lines.next()).value!), "six\n");
  running = false;
  assert.equal((await lines.next()).done, true);
});

test("logs: the end of a log as a termination message", async () => {
  assert.equal(await lastLines(await filled(), PATH, 80, 10), "long line\n");
  assert.equal(await lastLines(await filled(), "/log/none.log", 80, 10), "");
});

test("logs: a large one is moved aside, and the oldest goes", async () => {
  const disk = new MemoryDisk();
  await disk.makeDirectory("/log", 0o755);
  await disk.write(PATH, new Uint8Array(11 * 2 ** 20), 0o640);
  for (const old of ["1", "2", "3", "4"]) await disk.write(`${PATH}.${old}`, new Uint8Array(1), 0o640);
  const reopened: string[] = [];
  const runtime = { reopenLog: async (id: string) => void reopened.push(id) } as never;
  const signal = new AbortController().signal;
  assert.equal(await rotateLog({ path: PATH, containerId: "c1" }, "5", { disk, runtime, signal }), true);
  assert.deepEqual(await disk.list("/log"), ["0.log.2", "0.log.3", "0.log.4", "0.log.5"]);
  assert.deepEqual(reopened, ["c1"]);
});

async function filled(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await disk.makeDirectory("/log", 0o755);
  const text = [
    "2026-01-01T00:00:01Z stdout F one",
    "2026-01-01T00:00:01.5Z stderr F two",
    "2026-01-01T00:00:02.5Z stdout F three",
    "2026-01-01T00:00:03Z stdout P long ",
    "2026-01-01T00:00:03.1Z stdout F line",
    "",
  ].join("\n");
  await disk.write(PATH, new TextEncoder().encode(text), 0o640);
  return disk;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function textOf(lines: AsyncIterable<readonly Uint8Array[]>): Promise<string> {
  let text = "";
  for await (const chunks of lines) text += decoded(chunks);
  return text;
}

function decoded(chunks: readonly Uint8Array[]): string {
  return Buffer.concat(chunks).toString();
}
