import assert from "node:assert/strict";
import { test } from "node:test";
import { inPlace, keysOf, recordOf, stateOf, take, type MakePlace } from "./conformance-place.suite.ts";
import { Compacted } from "./contract.ts";
import { SnapshotDamaged } from "./snapshot.ts";

/** What outlives a store: its state, its revision, its records, its snapshots. */
export function testRestarts(name: string, makePlace: MakePlace): void {
  testReopen(name, makePlace);
  testRecords(name, makePlace);
  testSnapshots(name, makePlace);
}

function testReopen(name: string, makePlace: MakePlace): void {
  test(`${name}: a store opened again holds what was there, and goes on from the same revision`, () =>
    inPlace(makePlace, async ({ open }) => {
      let before: string[];
      {
        await using store = await open();
        await Promise.all(
          Array.from({ length: 300 }, (_, number) => store.create(`/k/${number}`, { text: `${number}` })),
        );
        await store.update("/k/7", { text: "new" }, store.get("/k/7")!.revision);
        await store.delete("/k/8", store.get("/k/8")!.revision);
        before = stateOf(store.list(""));
      }
      await using store = await open();
      assert.deepEqual(stateOf(store.list("")), before);
      assert.equal(store.revision, 303, "also when the newest change was a removal");
      assert.equal(store.get("/k/7")!.value, store.get("/k/7")!.value, "a value is decoded once");
      const { signal } = new AbortController();
      assert.throws(() => store.watch("/", 302, { signal }), Compacted, "the history is new");
      const watch = store.watch("/", 303, { signal });
      assert.equal((await store.create("/k/8", { text: "back" })).revision, 304);
      assert.equal((await take(watch, 1))[0]!.entry.revision, 304);
    }));

  test(`${name}: values of any bytes and sizes come back`, () =>
    inPlace(makePlace, async ({ open }) => {
      const texts = ["", "größe ☃", "x".repeat(1_500_000), "\u0000"];
      {
        await using store = await open();
        await Promise.all(texts.map((text, number) => store.create(`/${number}`, { text })));
      }
      await using store = await open();
      assert.deepEqual(
        store.list("").entries.map(({ value }) => value.text),
        texts,
      );
    }));
}

function testRecords(name: string, makePlace: MakePlace): void {
  test(`${name}: records of changes are kept beside them, over removals and restarts`, () =>
    inPlace(makePlace, async ({ open }) => {
      const expected = [
        { revision: 2, type: "create", ...recordOf(10) },
        { revision: 4, type: "update", ...recordOf(20, "bob") },
        { revision: 5, type: "delete", ...recordOf(30) },
      ];
      {
        await using store = await open();
        await store.create("/a", { text: "one" }, { record: recordOf(10) });
        await store.create("/b", { text: "one" });
        await store.update("/a", { text: "two" }, 2, { record: recordOf(20, "bob") });
        await store.delete("/a", 4, { record: recordOf(30) });
        assert.deepEqual(await store.records("/a"), expected);
        assert.deepEqual(await store.records("/b"), []);
      }
      await using store = await open();
      assert.deepEqual(await store.records("/a"), expected);
    }));

  test(`${name}: records are bounded by number per key, by number in all, and by age`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open({ recordLimits: { perKey: 5, total: 400, ageMs: 1_000 } });
      let { revision } = await store.create("/old", { text: "" }, { record: recordOf(0) });
      ({ revision } = await store.create("/busy", { text: "" }, { record: recordOf(900) }));
      for (let round = 0; round < 300; round++) {
        ({ revision } = await store.update("/busy", { text: "" }, revision, { record: recordOf(900) }));
      }
      const busy = await store.records("/busy");
      assert(busy.length >= 5 && busy.length < 150, `${busy.length} records of one key`);
      assert.equal(busy.at(-1)!.revision, revision, "the newest are the ones that stay");
      assert.equal(busy[0]!.type, "create", "and how it began");
      assert.equal((await store.records("/old")).length, 1);
      await store.create("/new", { text: "" }, { record: recordOf(1_001) });
      assert.deepEqual(await store.records("/old"), []);
      const keys = Array.from({ length: 500 }, (_, number) => `/n/${number}`);
      for (const key of keys) await store.create(key, { text: "" }, { record: recordOf(1_001) });
      const kept = await Promise.all(keys.map(async (key) => (await store.records(key)).length));
      assert.deepEqual(
        kept,
        keys.map((_, number) => (number < 100 ? 0 : 1)),
      );
    }));
}

function testSnapshots(name: string, makePlace: MakePlace): void {
  test(`${name}: a snapshot is the state at one revision, however much is written while it is read`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const write = (number: number) =>
        store.create(`/k/${number}`, { text: "x".repeat(100) }, { record: recordOf(number) });
      await Promise.all(Array.from({ length: 1_500 }, (_, number) => write(number)));
      const { revision } = store;
      const before = stateOf(store.list(""));
      const chunks: Uint8Array[] = [];
      let next = 2_000;
      for await (const chunk of store.snapshot()) {
        chunks.push(chunk);
        await store.delete(`/k/${next - 2_000}`, store.get(`/k/${next - 2_000}`)!.revision, { record: recordOf(0) });
        await write(next++);
      }
      assert(chunks.length > 5 && store.revision > revision);

      await inPlace(makePlace, async (other) => {
        await other.restore(inPieces(chunks, 1000));
        await using restored = await other.open();
        assert.equal(restored.revision, revision);
        assert.deepEqual(stateOf(restored.list("")), before);
        assert.deepEqual(await restored.records("/k/3"), (await store.records("/k/3")).slice(0, 1));
        assert.equal((await restored.create("/after", { text: "" })).revision, revision + 1);
      });
    }));

  test(`${name}: a snapshot of an empty store restores to one`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { revision } = await store.create("/a", { text: "" });
      await store.delete("/a", revision);
      const chunks = await collect(store.snapshot());
      await inPlace(makePlace, async (other) => {
        await other.restore(inPieces(chunks, 7));
        await using restored = await other.open();
        assert.deepEqual([restored.revision, keysOf(restored.list(""))], [revision + 1, []]);
      });
    }));

  test(`${name}: a snapshot that is cut off, damaged or none at all is refused`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      await Promise.all(Array.from({ length: 20 }, (_, number) => store.create(`/${number}`, { text: "some text" })));
      const whole = Buffer.concat(await collect(store.snapshot()));
      const flipped = Buffer.from(whole);
      flipped[500]! ^= 1;
      const bad = [
        whole.subarray(0, -8),
        whole.subarray(0, 300),
        flipped,
        Buffer.from("SQLite format 3"),
        Buffer.alloc(0),
      ];
      for (const bytes of bad) {
        await inPlace(makePlace, async (other) => {
          await assert.rejects(other.restore(inPieces([bytes], 64)), SnapshotDamaged);
        });
      }
    }));
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected;
}

/** The same bytes in pieces of another length. */
async function* inPieces(chunks: readonly Uint8Array[], length: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.concat(chunks);
  for (let start = 0; start < whole.length; start += length) yield whole.subarray(start, start + length);
}
