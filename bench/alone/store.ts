import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import { openSqliteEngine } from "../../src/host/node/sqlite/engine.ts";
import type { Store, ValueCodec, WriteOptions } from "../../src/store/contract.ts";
import { memoryEngine } from "../../src/store/memory-engine.ts";
import { openStore } from "../../src/store/store.ts";

/** Durable creates of 1 kB by concurrent writers, the load at start, and the cost of watches. */
export async function run(print: (line: string) => void): Promise<void> {
  for (const writers of [1, 16, 128]) {
    const count = writers === 1 ? 4_000 : 60_000;
    const plain = perSecond(await createRate(writers, count, {}));
    const recorded = perSecond(await createRate(writers, count, { record }));
    print(`store: durable creates of 1 kB, ${writers} writers: ${plain}, with their records: ${recorded}`);
  }
  print(`store: load of 50,000 keys of 1 kB: ${(await loadTimeMs(50_000)).toFixed(0)} ms`);
  for (const watchers of [0, 1_000]) {
    const rate = await idleWatcherRate(watchers);
    print(`store: creates in memory beside ${watchers} watches of other prefixes: ${perSecond(rate)}`);
  }
  print(`store: deliveries to 1,000 watches of one prefix: ${perSecond(await fanOutRate(1_000, 2_000))}`);
  print(`store: list of 5,000 keys: ${(await listTimeMs(5_000)).toFixed(3)} ms`);
}

const clock: Clock = {
  now: Date.now,
  timer: () => {
    throw new Error("the store makes no timers");
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

const filling = "x".repeat(960);
const codec: ValueCodec<Uint8Array> = {
  seal: (value) => ({ value, bytes: value }),
  open: (bytes) => bytes,
};

function valueOf(number: number): Uint8Array {
  return Buffer.from(`{"kind":"ConfigMap","metadata":{"name":"c-${number}"},"data":"${filling}"}`);
}

const record = {
  at: 1_700_000_000_000,
  user: "system:serviceaccount:kube-system:replicaset-controller",
  verb: "create",
  cause: { actor: "replicaset", saw: [{ key: "/apps/replicasets/default/web", revision: 17 }], reason: "too few" },
};

async function createRate(writers: number, count: number, options: WriteOptions): Promise<number> {
  return inSqlite(async (open) => {
    await using store = await open();
    await fill(store, writers, 20 * writers, "warm", options);
    const start = performance.now();
    await fill(store, writers, count, "run", options);
    return (count / (performance.now() - start)) * 1000;
  });
}

async function loadTimeMs(count: number): Promise<number> {
  return inSqlite(async (open) => {
    {
      await using store = await open();
      await fill(store, 512, count, "load");
    }
    const start = performance.now();
    await using store = await open();
    if (store.list("").entries.length !== count) throw new Error("keys were lost");
    return performance.now() - start;
  });
}

async function idleWatcherRate(watchers: number): Promise<number> {
  await using store = await openStore({ engine: memoryEngine(), codec, clock, log: silentLog });
  const aborter = new AbortController();
  for (let index = 0; index < watchers; index++) {
    store.watch(`/registry/secrets/ns-${index}/`, store.revision, { signal: aborter.signal });
  }
  const start = performance.now();
  await fill(store, 128, 50_000, "run");
  const rate = 50_000 / (performance.now() - start);
  aborter.abort();
  return rate * 1000;
}

async function fanOutRate(watchers: number, changes: number): Promise<number> {
  await using store = await openStore({ engine: memoryEngine(), codec, clock, log: silentLog });
  const aborter = new AbortController();
  const read = async () => {
    let seen = 0;
    for await (const batch of store.watch("/registry/", store.revision, { signal: aborter.signal })) {
      seen += batch.length;
      if (seen === changes) return;
    }
  };
  const readers = Array.from({ length: watchers }, read);
  const start = performance.now();
  await fill(store, 16, changes, "run");
  await Promise.all(readers);
  return ((watchers * changes) / (performance.now() - start)) * 1000;
}

async function listTimeMs(count: number): Promise<number> {
  await using store = await openStore({ engine: memoryEngine(), codec, clock, log: silentLog });
  await fill(store, 128, count, "run");
  const rounds = 200;
  const start = performance.now();
  for (let round = 0; round < rounds; round++) store.list("/registry/configmaps/");
  return (performance.now() - start) / rounds;
}

/** Writes `count` keys by as many writers, each waiting for its write before the next. */
async function fill(
  store: Store<Uint8Array>,
  writers: number,
  count: number,
  name: string,
  options: WriteOptions = { record },
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < count) {
      const number = next++;
      await store.create(`/registry/configmaps/${name}/c-${number}`, valueOf(number), options);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

async function inSqlite<T>(use: (open: () => Promise<Store<Uint8Array>>) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "wherry-bench-store-"));
  try {
    return await use(async () =>
      openStore({ engine: await openSqliteEngine({ directory }), codec, clock, log: silentLog }),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString("en")}/s`;
}
