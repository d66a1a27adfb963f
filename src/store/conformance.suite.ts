import assert from "node:assert/strict";
import { test } from "node:test";
import { testHistory } from "./conformance-history.suite.ts";
import { testModel } from "./conformance-model.suite.ts";
import { testRestarts } from "./conformance-restart.suite.ts";
import { KeyExists, RevisionMismatch, type Entry } from "./contract.ts";
import { inPlace, keysOf, type Doc, type MakePlace } from "./conformance-place.suite.ts";

/** What every store does, whatever engine is behind it. */
export function storeConformance(name: string, makePlace: MakePlace): void {
  testReads(name, makePlace);
  testWrites(name, makePlace);
  testConflicts(name, makePlace);
  testHistory(name, makePlace);
  testRestarts(name, makePlace);
  testModel(name, makePlace);
}

function testReads(name: string, makePlace: MakePlace): void {
  test(`${name}: a fresh store is empty and at revision 1`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      assert.equal(store.revision, 1);
      assert.equal(store.get("/a"), undefined);
      assert.deepEqual(store.list(""), { entries: [], revision: 1, remaining: 0 });
      await store.caughtUp();
    }));

  test(`${name}: lists in the order of keys what is below a prefix, and nothing beside it`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const keys = ["/pods/b/2", "/pods/a/1", "/pods/a", "/podsx/a", "/pods/a/10", "/nodes/z", "/pods/a-b/1"];
      await Promise.all(keys.map((key) => store.create(key, { text: key })));
      assert.deepEqual(keysOf(store.list("/pods/")), [
        "/pods/a",
        "/pods/a-b/1",
        "/pods/a/1",
        "/pods/a/10",
        "/pods/b/2",
      ]);
      assert.deepEqual(keysOf(store.list("/pods/a/")), ["/pods/a/1", "/pods/a/10"]);
      assert.deepEqual(keysOf(store.list("")), keys.toSorted());
      assert.equal(store.list("").revision, store.revision);
    }));

  test(`${name}: pages go on after a key and count what remains`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const keys = Array.from({ length: 25 }, (_, number) => `/a/${String.fromCharCode(97 + number)}`);
      await Promise.all([...keys, "/b/1"].map((key) => store.create(key, { text: key })));
      const first = store.list("/a/", { limit: 10 });
      assert.deepEqual([keysOf(first), first.remaining], [keys.slice(0, 10), 15]);
      const second = store.list("/a/", { limit: 10, after: keys[9]! });
      assert.deepEqual([keysOf(second), second.remaining], [keys.slice(10, 20), 5]);
      const last = store.list("/a/", { limit: 10, after: keys[19]! });
      assert.deepEqual([keysOf(last), last.remaining], [keys.slice(20), 0]);
      assert.deepEqual(
        keysOf(store.list("/a/", { after: "/a/c0" })),
        keys.slice(3),
        "the key to go on after may be gone",
      );
      assert.deepEqual(keysOf(store.list("/a/", { after: "/b" })), []);
    }));

  test(`${name}: another form of a version is made once, and again for the next version`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { revision } = await store.create("/a", { text: "one" });
      let made = 0;
      const row = (entry: Entry<Doc>) => entry.remember("row", () => `${entry.value.text} ${(made += 1)}`);
      assert.equal(row(store.get("/a")!), "one 1");
      assert.equal(row(store.get("/a")!), "one 1");
      assert.equal(
        store.get("/a")!.remember("other", () => undefined),
        undefined,
      );
      await store.update("/a", { text: "two" }, revision);
      assert.equal(row(store.get("/a")!), "two 2");
    }));
}

function testWrites(name: string, makePlace: MakePlace): void {
  test(`${name}: every change takes the next revision and is sealed under it`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const created = await store.create("/a", { text: "one" });
      assert.deepEqual([created.key, created.revision, created.value], ["/a", 2, { text: "one", revision: 2 }]);
      assert.equal(Buffer.from(created.bytes).toString(), '{"text":"one","revision":2}');
      assert.equal(store.get("/a"), created, "the image holds the very entry that the writer got");

      const updated = await store.update("/a", { text: "two" }, 2);
      assert.deepEqual([updated.revision, updated.value], [3, { text: "two", revision: 3 }]);
      assert.equal(store.revision, 3);

      const deleted = await store.delete("/a", 3);
      assert.deepEqual([deleted.revision, deleted.value], [4, { text: "two", revision: 4 }]);
      assert.equal(store.get("/a"), undefined);
      assert.equal((await store.create("/a", { text: "again" })).revision, 5);
    }));

  test(`${name}: a write shows when it is durable, not before`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const writing = store.create("/a", { text: "one" });
      assert.equal(store.get("/a"), undefined);
      assert.equal(store.revision, 1);
      const entry = await writing;
      assert.equal(store.get("/a"), entry);
      assert.equal(store.revision, entry.revision);
    }));

  test(`${name}: a closed store refuses writes, after those under way are done`, () =>
    inPlace(makePlace, async ({ open }) => {
      const store = await open();
      const writing = store.create("/a", { text: "one" });
      await store[Symbol.asyncDispose]();
      assert.equal((await writing).revision, 2);
      await assert.rejects(store.create("/b", { text: "late" }), /closed/);
      await store[Symbol.asyncDispose]();
    }));
}

function testConflicts(name: string, makePlace: MakePlace): void {
  test(`${name}: refuses to create what exists, to change what is at another revision or absent`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const present = await store.create("/a", { text: "one" });
      const mismatch = (key: string, expected: unknown) => (error: unknown) =>
        error instanceof RevisionMismatch && error.key === key && error.present === expected;
      await assert.rejects(
        store.create("/a", { text: "two" }),
        (error) => error instanceof KeyExists && error.key === "/a",
      );
      await assert.rejects(store.update("/a", { text: "two" }, 1), mismatch("/a", present));
      await assert.rejects(store.delete("/a", 3), mismatch("/a", present));
      await assert.rejects(store.update("/b", { text: "two" }, 2), mismatch("/b", undefined));
      await assert.rejects(store.delete("/b", 2), mismatch("/b", undefined));
      assert.equal(store.revision, 2, "what is refused takes no revision");
    }));

  test(`${name}: of concurrent writes to one key the first wins, and the others see it`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const creates = await Promise.allSettled(["one", "two", "three"].map((text) => store.create("/a", { text })));
      assert.deepEqual(
        creates.map(({ status }) => status),
        ["fulfilled", "rejected", "rejected"],
      );
      const { revision } = store.get("/a")!;
      const updates = await Promise.allSettled(["four", "five"].map((text) => store.update("/a", { text }, revision)));
      assert.deepEqual(
        updates.map(({ status }) => status),
        ["fulfilled", "rejected"],
      );
      const { reason } = updates[1] as PromiseRejectedResult;
      assert.equal((reason as RevisionMismatch).present, store.get("/a"), "an error shows durable state only");
      assert.equal(store.get("/a")!.value.text, "four");
    }));

  test(`${name}: a key can be created behind its removal`, () =>
    inPlace(makePlace, async ({ open }) => {
      await using store = await open();
      const { revision } = await store.create("/a", { text: "one" });
      const [deleted, created] = await Promise.all([store.delete("/a", revision), store.create("/a", { text: "two" })]);
      assert(created.revision > deleted.revision);
      assert.equal(store.get("/a"), created);
    }));
}
