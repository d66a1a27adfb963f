import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { silentLog } from "../../../base/log.ts";
import { integerBelow, seededRandom } from "../../../base/random.ts";
import { docCodec, turningClock } from "../../../store/conformance-place.suite.ts";
import { openStore } from "../../../store/store.ts";
import { openSqliteEngine } from "./engine.ts";

const ROUNDS = 12;

/** What the writer said last of a key. */
interface Told {
  readonly revision: number;
  /** Undefined after a removal. */
  readonly text: string | undefined;
  /** Whether a removal was asked for that may have been done without a word. */
  readonly removing: boolean;
}

test("sqlite: kill -9 of the writer, again and again, loses no acknowledged write", async () => {
  const directory = await mkdtemp(join(tmpdir(), "wherry-crash-"));
  const random = seededRandom(5);
  const told = new Map<string, Told>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await writeUntilKilled(directory, round, 1 + integerBelow(random, 600), told);
      await assertAllThere(directory, told);
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});

/** Runs the writer and kills it after some lines; what it said until its end is noted. */
async function writeUntilKilled(directory: string, round: number, lines: number, told: Map<string, Told>) {
  const script = fileURLToPath(new URL("./crash-test-writer.ts", import.meta.url));
  const child = spawn(process.execPath, [script, directory, String(round)], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on("exit", (_code, signal) => resolve(signal)));
  let count = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    note(line, told);
    count += 1;
    if (count === lines) child.kill("SIGKILL");
  }
  assert.equal(await ended, "SIGKILL");
}

function note(line: string, told: Map<string, Told>): void {
  const [said, key, revision, ...words] = line.split(" ") as [string, string, string?, ...string[]];
  if (said === "removing") {
    told.set(key, { ...told.get(key)!, removing: true });
    return;
  }
  const text = words.length === 0 ? undefined : words.join(" ");
  told.set(key, { revision: Number(revision), text, removing: text === undefined });
}

async function assertAllThere(directory: string, told: ReadonlyMap<string, Told>): Promise<void> {
  const engine = await openSqliteEngine({ directory });
  await using store = await openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog });
  for (const [key, { revision, text, removing }] of told) {
    const entry = store.get(key);
    if (entry === undefined) assert(removing, `${key} is lost`);
    else {
      assert(entry.revision >= revision, `${key} is back at ${entry.revision} from ${revision}`);
      if (entry.revision === revision) assert.equal(entry.value.text, text);
    }
    assert(store.revision >= revision);
  }
  const [key, { revision }] = [...told].at(-1)!;
  assert(
    (await store.records(key)).some((record) => record.revision === revision),
    "the records are as durable",
  );
}
