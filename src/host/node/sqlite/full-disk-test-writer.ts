import { execFileSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { silentLog } from "../../../base/log.ts";
import { docCodec, turningClock } from "../../../store/conformance-place.suite.ts";
import { StorageFull } from "../../../store/engine.ts";
import { openStore } from "../../../store/store.ts";
import { openSqliteEngine } from "./engine.ts";

// Runs in a mount namespace of its own, for engine.test.ts: fills a small file system until a write is refused, looks
// whether reads go on, makes room, writes again, opens again. Says how it went as JSON.
const [directory] = process.argv.slice(2) as [string];
execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", directory]);
const ballast = `${directory}/ballast`;
await writeFile(ballast, Buffer.alloc(1_000_000));
await mkdir(`${directory}/data`);

const open = async () => {
  const engine = await openSqliteEngine({ directory: `${directory}/data` });
  return openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog });
};
const text = "x".repeat(20_000);
let store = await open();
let acknowledged = 0;
let refusal: unknown;
while (refusal === undefined) {
  try {
    await store.create(`/${acknowledged}`, { text });
    acknowledged += 1;
  } catch (error) {
    refusal = error;
  }
}
const readWhileFull = store.list("").entries.length === acknowledged && store.get("/0")!.value.text === text;
await rm(ballast);
await store.create("/room", { text });
await store[Symbol.asyncDispose]();
store = await open();
const keys = store.list("").entries.length;
await store[Symbol.asyncDispose]();
const refusedAsFull = refusal instanceof StorageFull;
process.stdout.write(JSON.stringify({ refusedAsFull, message: String(refusal), readWhileFull, acknowledged, keys }));
