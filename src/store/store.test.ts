import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../base/log.ts";
import { docCodec, stateOf, take, told, turningClock, type Doc } from "./conformance-place.suite.ts";
import { KeyExists, type Store } from "./contract.ts";
import { StorageFull, type Engine, type EngineBatch } from "./engine.ts";
import { memoryEngine } from "./memory-engine.ts";
import { openStore, type StoreLimits } from "./store.ts";

/** A memory engine whose commits wait to be let through or failed, one by one. */
function heldEngine() {
  const engine = memoryEngine();
  const commits: { readonly batch: EngineBatch; pass(): void; fail(error: Error): void }[] = [];
  let arrived = Promise.withResolvers<void>();
  const held: Engine = {
    ...engine,
    commit: async (batch) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      commits.push({ batch, pass: resolve, fail: reject });
      arrived.resolve();
      await promise;
      await engine.commit(batch);
    },
  };
  /** The next commit, once it is under way. */
  const next = async () => {
    while (commits.length === 0) await arrived.promise;
    arrived = Promise.withResolvers();
    return commits.shift()!;
  };
  return { held, next };
}

function open(engine: Engine, limits: Partial<StoreLimits> = {}): Promise<Store<Doc>> {
  return openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog, limits });
}

function keysIn(batch: EngineBatch): string[] {
  return batch.changes.map(({ key }) => key);
}

test("store: what arrives while a commit runs goes into the next one, all of it", async () => {
  const { held, next } = heldEngine();
  await using store = await open(held);
  const first = ["/1", "/2"].map((key) => store.create(key, { text: "" }));
  const one = await next();
  const second = ["/3", "/4", "/5"].map((key) => store.create(key, { text: "" }));
  one.pass();
  const two = await next();
  two.pass();
  await Promise.all([...first, ...second]);
  assert.deepEqual(
    [keysIn(one.batch), keysIn(two.batch)],
    [
      ["/1", "/2"],
      ["/3", "/4", "/5"],
    ],
  );
});

test("store: a commit is bounded in number and bytes", async () => {
  const { held, next } = heldEngine();
  await using store = await open(held, { commitChanges: 3, commitBytes: 1000 });
  const sizes = [1, 1, 1, 600, 600, 2000];
  const writes = sizes.map((size, index) => store.create(`/${index}`, { text: "x".repeat(size) }));
  const commits: number[] = [];
  while (commits.reduce((sum, size) => sum + size, 0) < sizes.length) {
    const { batch, pass } = await next();
    commits.push(batch.changes.length);
    pass();
  }
  await Promise.all(writes);
  assert.deepEqual(commits, [3, 1, 1, 1]);
});

test("store: a failed commit fails its writes and nothing else", async () => {
  const { held, next } = heldEngine();
  await using store = await open(held);
  const watch = store.watch("", 1, { signal: new AbortController().signal });
  const safe = store.create("/safe", { text: "one" });
  (await next()).pass();
  await safe;

  const doomed = Promise.allSettled([store.create("/doomed", { text: "" }), store.update("/safe", { text: "two" }, 2)]);
  const commit = await next();
  const behind = store.create("/behind", { text: "one" });
  commit.fail(new StorageFull("no room"));
  for (const outcome of await doomed) assert((outcome as PromiseRejectedResult).reason instanceof StorageFull);
  assert.deepEqual([store.revision, stateOf(store.list(""))], [2, ["/safe@2=one"]]);

  (await next()).pass();
  assert.equal((await behind).revision, 5, "the revisions of the failed writes are not used again");
  const retried = store.update("/safe", { text: "two" }, 2);
  (await next()).pass();
  assert.equal((await retried).revision, 6);
  assert.deepEqual(stateOf(store.list("", { at: 4 })), ["/safe@2=one"], "a revision nobody got is the state before it");
  assert.deepEqual((await take(watch, 3)).map(told), [
    "create /safe@2=one",
    "create /behind@5=one",
    "update /safe@6=two (was @2=one)",
  ]);
});

test("store: a write behind another of its key is judged by what became of that one", async () => {
  const { held, next } = heldEngine();
  await using store = await open(held);
  const creates = ["one", "two", "three"].map((text) => store.create("/a", { text }));
  const outcomes = Promise.allSettled(creates);
  (await next()).fail(new StorageFull("no room"));
  const { batch, pass } = await next();
  assert.equal(batch.changes.length, 1);
  pass();
  const [first, second, third] = await outcomes;
  assert((first as PromiseRejectedResult).reason instanceof StorageFull);
  assert.equal((second as PromiseFulfilledResult<unknown>).status, "fulfilled");
  assert((third as PromiseRejectedResult).reason instanceof KeyExists);
  assert.equal(store.get("/a")!.value.text, "two");
});

test("store: a value that cannot be sealed takes no revision", async () => {
  const codec = {
    ...docCodec,
    seal: (value: Doc, revision: number) => {
      if (value.text === "bad") throw new TypeError("not a value");
      return docCodec.seal(value, revision);
    },
  };
  await using store = await openStore({ engine: memoryEngine(), codec, clock: turningClock, log: silentLog });
  await assert.rejects(store.create("/a", { text: "bad" }), TypeError);
  assert.equal((await store.create("/a", { text: "good" })).revision, 2);
});
