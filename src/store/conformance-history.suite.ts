import assert from "node:assert/strict";
import { test } from "node:test";
import { inPlace, stateOf, take, told, type Doc, type MakePlace } from "./conformance-place.suite.ts";
import { Compacted, WatchOverflow, type Change, type Store } from "./contract.ts";

/** The past of a store: watches, lists at a revision, compaction. */
export function testHistory(name: string, makePlace: MakePlace): void {
  testWatch(name, makePlace);
  testWatchEnds(name, makePlace);
  testPast(name, makePlace);
}

function testWatch(name: string, makePlace: MakePlace): void {
  test(`${name}: a watch brings every change below its prefix after a revision, in order, with the version before`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      await tellStory(store);
      const { signal } = new AbortController();
      assert.deepEqual((await take(store.watch("/a/", 1, { signal }), 4)).map(told), STORY_BELOW_A);
      assert.deepEqual((await take(store.watch("/a/", 4, { signal }), 2)).map(told), STORY_BELOW_A.slice(2));
    }));

  test(`${name}: a watch of the present brings what comes, from the call on`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { signal } = new AbortController();
      const watch = store.watch("/a/", store.revision, { signal });
      const waiting = take(watch, 1);
      await tellStory(store);
      const first = await waiting;
      assert.deepEqual([...first, ...(await take(watch, 3))].map(told), STORY_BELOW_A);
    }));

  test(`${name}: a watch from a revision to come leaves out what is before it`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const watch = store.watch("/a/", 4, { signal: new AbortController().signal });
      await tellStory(store);
      assert.deepEqual((await take(watch, 2)).map(told), STORY_BELOW_A.slice(2));
    }));

  test(`${name}: the changes of one commit come as one batch, shown when the image has them`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const watch = store.watch("", 1, { signal: new AbortController().signal })[Symbol.asyncIterator]();
      const reading = watch
        .next()
        .then(({ value }) => ({ batch: value as readonly Change<Doc>[], revision: store.revision }));
      await Promise.all(["/1", "/2", "/3"].map((key) => store.create(key, { text: key })));
      const { batch, revision } = await reading;
      assert.deepEqual(
        batch.map(({ entry }) => entry.revision),
        [2, 3, 4],
      );
      assert.equal(revision, 4);
      for (const { entry } of batch) assert.equal(store.get(entry.key), entry);
    }));

  test(`${name}: watches of one prefix, of its parent and of one key each get their own`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { signal } = new AbortController();
      const watches = ["", "/a/", "/a/", "/a/x", "/b/"].map((prefix) => store.watch(prefix, 1, { signal }));
      await tellStory(store);
      const counts = [6, 4, 4, 3, 2];
      for (const [index, watch] of watches.entries()) {
        const changes = await take(watch, counts[index]!);
        assert.equal(changes.length, counts[index]);
      }
    }));
}

function testWatchEnds(name: string, makePlace: MakePlace): void {
  test(`${name}: a watch ends quietly when its signal is aborted: waiting, with changes undelivered, before the start`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      for (const writes of [0, 2]) {
        const aborter = new AbortController();
        const watch = store.watch("/", store.revision, { signal: aborter.signal })[Symbol.asyncIterator]();
        for (let write = 0; write < writes; write++) await store.create(`/${writes}/${write}`, { text: "" });
        const waiting = writes === 0 ? watch.next() : undefined;
        aborter.abort();
        if (waiting !== undefined) assert.equal((await waiting).done, true);
        assert.equal((await watch.next()).done, true);
      }
      const aborted = store.watch("/", store.revision, { signal: AbortSignal.abort() });
      for await (const _ of aborted) assert.fail("an aborted watch brings nothing");
    }));

  test(`${name}: leaving the loop ends the watch`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      await tellStory(store);
      const watch = store.watch("/", 1, { signal: new AbortController().signal });
      for await (const _ of watch) break;
      assert.equal((await watch[Symbol.asyncIterator]().next()).done, true);
    }));

  test(`${name}: closing the store ends its watches`, () =>
    inPlace(makePlace, async ({ open }) => {
      const store = await open();
      const watch = store.watch("/", 1, { signal: new AbortController().signal })[Symbol.asyncIterator]();
      const waiting = watch.next();
      await store[Symbol.asyncDispose]();
      assert.equal((await waiting).done, true);
    }));

  test(`${name}: a reader that falls behind by more than its limit is told, and ends; others go on`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { signal } = new AbortController();
      const slow = store.watch("/", 1, { signal, limit: 3 })[Symbol.asyncIterator]();
      const other = store.watch("/", 1, { signal, limit: 4 });
      for (const key of ["/1", "/2", "/3", "/4"]) await store.create(key, { text: key });
      await assert.rejects(slow.next(), (error) => error instanceof WatchOverflow && error.limit === 3);
      assert.equal((await slow.next()).done, true);
      assert.equal((await take(other, 4)).length, 4);
    }));

  test(`${name}: a reader that keeps up never overflows, nor does what it asked for from the past`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      await tellStory(store);
      const watch = store.watch("/", 1, { signal: new AbortController().signal, limit: 1 });
      assert.equal((await take(watch, 6)).length, 6);
      for (let round = 0; round < 5; round++) {
        await store.create(`/n/${round}`, { text: "" });
        await take(watch, 1);
      }
    }));
}

function testPast(name: string, makePlace: MakePlace): void {
  test(`${name}: lists the state as it was at a revision, in pages`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const states: string[][] = [[], stateOf(store.list(""))];
      await tellStory(store, () => states.push(stateOf(store.list(""))));
      for (let at = 1; at <= store.revision; at++) {
        const listing = store.list("", { at });
        assert.deepEqual([stateOf(listing), listing.revision, listing.remaining], [states[at], at, 0]);
        const first = store.list("", { at, limit: 1 });
        assert.equal(first.remaining, Math.max(states[at]!.length - 1, 0));
        const rest = first.entries.length === 0 ? [] : stateOf(store.list("", { at, after: first.entries[0]!.key }));
        assert.deepEqual([...stateOf(first), ...rest], states[at]);
      }
      assert.throws(() => store.list("", { at: store.revision + 1 }), RangeError);
    }));

  test(`${name}: compaction forgets the changes up to a revision and keeps what came after`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      assert.equal(store.compacted, 0);
      await tellStory(store);
      const atFour = stateOf(store.list("", { at: 4 }));
      const { signal } = new AbortController();
      const early = store.watch("/a/", 1, { signal });
      await store.compact(4);
      assert.equal(store.compacted, 3);
      const compacted = (error: unknown) =>
        error instanceof Compacted && error.requested === 3 && error.compacted === 3;
      assert.throws(() => store.watch("/a/", 3, { signal }), compacted);
      assert.throws(() => store.list("/a/", { at: 3 }), compacted);
      assert.deepEqual(stateOf(store.list("", { at: 4 })), atFour);
      assert.deepEqual((await take(store.watch("/a/", 4, { signal }), 2)).map(told), STORY_BELOW_A.slice(2));
      assert.equal((await take(early, 4)).length, 4, "a watch that has begun loses nothing");
    }));

  test(`${name}: compacting to the present leaves the present to be watched from`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      await tellStory(store);
      await store.compact(store.revision);
      await store.compact(2);
      assert.equal(store.compacted, store.revision - 1);
      const watch = store.watch("/", store.revision, { signal: new AbortController().signal });
      await store.create("/later", { text: "" });
      assert.equal((await take(watch, 1)).length, 1);
      assert.equal(store.list("", { at: store.revision - 1 }).entries.length, 2);
    }));

  test(`${name}: the history is bounded by the number and by the bytes of changes`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open({ limits: { historyChanges: 5, historyBytes: 1000 } });
      for (let number = 0; number < 8; number++) await store.create(`/${number}`, { text: "" });
      assert.equal(store.compacted, store.revision - 6);
      const { signal } = new AbortController();
      assert.equal((await take(store.watch("/", store.compacted + 1, { signal }), 5)).length, 5);
      await store.create("/large", { text: "x".repeat(2000) });
      assert.equal(store.compacted, store.revision - 1, "a change larger than the history is not kept");
      await store.create("/small", { text: "" });
      assert.equal(store.list("", { at: store.revision - 1 }).entries.length, 9);
    }));
}

/** Six changes, revisions 2 to 7: two keys below /a/, one below /b/. */
async function tellStory(store: Store<Doc>, afterEach: () => void = () => {}): Promise<void> {
  const steps = [
    () => store.create("/a/x", { text: "one" }),
    () => store.create("/b/x", { text: "one" }),
    () => store.update("/a/x", { text: "two" }, 2),
    () => store.create("/a/y", { text: "one" }),
    () => store.delete("/a/x", 4),
    () => store.update("/b/x", { text: "two" }, 3),
  ];
  for (const step of steps) {
    await step();
    afterEach();
  }
}

const STORY_BELOW_A = [
  "create /a/x@2=one",
  "update /a/x@4=two (was @2=one)",
  "create /a/y@5=one",
  "delete /a/x@6=two (was @4=two)",
];
