import { writeSync } from "node:fs";
import { silentLog } from "../../../base/log.ts";
import { docCodec, recordOf, turningClock } from "../../../store/conformance-place.suite.ts";
import { openStore } from "../../../store/store.ts";
import { openSqliteEngine } from "./engine.ts";

// The process that crash.test.ts kills: WRITERS writers that create, update and remove keys of their own without end.
// A line of each: `done KEY REVISION TEXT` when a write is acknowledged, `removing KEY` before a removal is asked for.
const [directory, round] = process.argv.slice(2) as [string, string];
const WRITERS = 8;

const engine = await openSqliteEngine({ directory });
const store = await openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog });
await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));

async function write(writer: number): Promise<void> {
  for (let number = 0; ; number++) {
    const key = `/${round}/${writer}/${number}`;
    const text = `${number} ${"x".repeat((number * 37) % 3_000)}`;
    let { revision } = await store.create(key, { text }, { record: recordOf(number) });
    say(`done ${key} ${revision} ${text}`);
    if (number % 2 === 0) {
      ({ revision } = await store.update(key, { text: `${text}!` }, revision, { record: recordOf(number) }));
      say(`done ${key} ${revision} ${text}!`);
    }
    if (number % 3 === 0) {
      say(`removing ${key}`);
      ({ revision } = await store.delete(key, revision, { record: recordOf(number) }));
      say(`done ${key} ${revision}`);
    }
  }
}

/** Writes at once, whatever becomes of this process next; waits for a reader whose pipe is full. */
function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}
