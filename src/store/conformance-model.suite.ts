import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { inPlace, stateOf, take, told, type Doc, type MakePlace, type Place } from "./conformance-place.suite.ts";
import { Compacted, KeyExists, RevisionMismatch, type Change, type Store } from "./contract.ts";

/** Properties: whatever is done to a store, a naive model tells what must come of it. */
export function testModel(name: string, makePlace: MakePlace): void {
  test(`${name}: behaves as a map with a log does, step by step`, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
        inPlace(makePlace, (place) => runAgainstModel(place, steps)),
      ),
      { numRuns: 30 },
    ));

  test(`${name}: concurrent writers leave a log that tells the state`, () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(write, { maxLength: 12 }), { minLength: 1, maxLength: 6 }), (writers) =>
        inPlace(makePlace, (place) => runConcurrently(place, writers)),
      ),
      { numRuns: 20 },
    ));
}

interface Write {
  readonly type: "create" | "update" | "delete";
  readonly key: string;
  readonly text: string;
  /** Whether an update or a removal expects the present revision. */
  readonly current: boolean;
}

type Step = Write | { readonly type: "reopen" } | { readonly type: "compact"; readonly back: number };

const key = fc.constantFrom("/a/1", "/a/2", "/a/2x", "/a", "/b/1", "/b/2", "/ab/1");
const write: fc.Arbitrary<Write> = fc.record({
  type: fc.constantFrom("create", "update", "delete"),
  key,
  text: fc.string({ maxLength: 5 }),
  current: fc.boolean().map((stale) => !stale),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: write },
  { weight: 1, arbitrary: fc.constant({ type: "reopen" } as const) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("compact" as const), back: fc.nat(10) }) },
);

/** The states of all revisions, each a map from keys to texts, and the oldest that can still be asked for. */
interface Model {
  readonly states: Map<number, ReadonlyMap<string, readonly [revision: number, text: string]>>;
  revision: number;
  oldest: number;
}

async function runAgainstModel(place: Place, steps: readonly Step[]): Promise<void> {
  const model: Model = { states: new Map([[1, new Map()]]), revision: 1, oldest: 1 };
  let store = await place.open();
  for (const step of steps) {
    if (step.type === "reopen") {
      await store[Symbol.asyncDispose]();
      store = await place.open();
      model.oldest = model.revision;
    } else if (step.type === "compact") {
      const revision = Math.max(model.revision - step.back, 1);
      await store.compact(revision);
      model.oldest = Math.max(model.oldest, revision);
    } else {
      assert.equal(await writeToStore(store, step), writeToModel(model, step));
    }
  }
  assertAsModel(store, model);
  await assertWatchesAsModel(store, model);
  await store[Symbol.asyncDispose]();
}

async function writeToStore(store: Store<Doc>, { type, key, text, current }: Write): Promise<string> {
  const expected = current ? (store.get(key)?.revision ?? 0) : 1;
  try {
    switch (type) {
      case "create":
        return `done ${(await store.create(key, { text })).revision}`;
      case "update":
        return `done ${(await store.update(key, { text }, expected)).revision}`;
      case "delete":
        return `done ${(await store.delete(key, expected)).revision}`;
    }
  } catch (error) {
    if (error instanceof KeyExists) return "exists";
    if (error instanceof RevisionMismatch) return "mismatch";
    throw error;
  }
}

function writeToModel(model: Model, { type, key, text, current }: Write): string {
  const state = new Map(model.states.get(model.revision));
  if (type === "create" && state.has(key)) return "exists";
  if (type !== "create" && !(current && state.has(key))) return "mismatch";
  model.revision += 1;
  if (type === "delete") state.delete(key);
  else state.set(key, [model.revision, text]);
  model.states.set(model.revision, state);
  return `done ${model.revision}`;
}

function assertAsModel(store: Store<Doc>, model: Model): void {
  assert.equal(store.revision, model.revision);
  assert.equal(store.compacted, model.oldest - 1);
  for (const prefix of ["", "/a", "/a/", "/b/", "/c/"]) {
    for (const [at, state] of model.states) {
      if (at < model.oldest) {
        assert.throws(() => store.list(prefix, { at }), Compacted);
        continue;
      }
      const expected = modelList(state, prefix);
      assert.deepEqual(stateOf(store.list(prefix, { at })), expected);
      for (const limit of [1, 2]) assert.deepEqual(listInPages(store, prefix, at, limit), expected);
    }
  }
}

function modelList(state: ReadonlyMap<string, readonly [number, string]>, prefix: string): string[] {
  return [...state.keys()]
    .filter((key) => key.startsWith(prefix))
    .toSorted()
    .map((key) => `${key}@${state.get(key)![0]}=${state.get(key)![1]}`);
}

function listInPages(store: Store<Doc>, prefix: string, at: number, limit: number): string[] {
  const all: string[] = [];
  let after: string | undefined;
  for (;;) {
    const page = store.list(prefix, { at, limit, ...(after === undefined ? {} : { after }) });
    all.push(...stateOf(page));
    if (page.remaining === 0) return all;
    after = page.entries.at(-1)!.key;
  }
}

/** From each revision that can be watched from, the changes lead from its state to the newest. */
async function assertWatchesAsModel(store: Store<Doc>, model: Model): Promise<void> {
  for (let from = model.oldest; from < model.revision; from++) {
    const aborter = new AbortController();
    const changes = await take(store.watch("", from, { signal: aborter.signal }), model.revision - from);
    aborter.abort();
    const state = new Map(model.states.get(from));
    for (const change of changes) apply(state, change);
    assert.deepEqual(modelList(state, ""), modelList(model.states.get(model.revision)!, ""));
  }
}

function apply(state: Map<string, readonly [number, string]>, change: Change<Doc>): void {
  const { type, entry, previous } = change;
  assert.equal(previous?.revision, state.get(entry.key)?.[0], told(change));
  if (type === "delete") state.delete(entry.key);
  else state.set(entry.key, [entry.revision, entry.value.text]);
}

async function runConcurrently({ open }: Place, writers: readonly (readonly Write[])[]): Promise<void> {
  await using store = await open();
  const watch = store.watch("", 1, { signal: new AbortController().signal });
  const work = writers.map(async (writes) => {
    const outcomes: string[] = [];
    for (const write of writes) outcomes.push(await writeToStore(store, write));
    return outcomes;
  });
  const outcomes = (await Promise.all(work)).flat();
  const revisions = outcomes.filter((outcome) => outcome.startsWith("done")).map((outcome) => Number(outcome.slice(5)));
  assert.deepEqual(
    revisions.toSorted((a, b) => a - b),
    Array.from({ length: store.revision - 1 }, (_, index) => index + 2),
    "each acknowledged write has a revision of its own, and no other was taken",
  );
  const state = new Map<string, readonly [number, string]>();
  for (const change of await take(watch, revisions.length)) apply(state, change);
  assert.deepEqual(modelList(state, ""), stateOf(store.list("")));
}
