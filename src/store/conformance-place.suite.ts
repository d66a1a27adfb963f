import type { Clock } from "../base/clock.ts";
import type { Change, ChangeRecord, Listing, Store, ValueCodec } from "./contract.ts";
import type { RecordLimits } from "./engine.ts";
import type { StoreLimits } from "./store.ts";

/** What the stores of the suite hold: a text, and the revision that sealing puts in. */
export interface Doc {
  readonly text: string;
  readonly revision?: number;
}

/** Where a store keeps its state: a store opened there again finds what one before it left. One at a time. */
export interface Place extends AsyncDisposable {
  open(options?: PlaceOptions): Promise<Store<Doc>>;
  /** Makes the state from a snapshot; for a place where no store was. */
  restore(snapshot: AsyncIterable<Uint8Array>): Promise<void>;
}

export interface PlaceOptions {
  readonly limits?: Partial<StoreLimits>;
  readonly recordLimits?: RecordLimits;
}

export type MakePlace = () => Promise<Place>;

/** Runs a test in a place of its own. */
export async function inPlace(makePlace: MakePlace, run: (place: Place) => Promise<void>): Promise<void> {
  await using place = await makePlace();
  await run(place);
}

export const docCodec: ValueCodec<Doc> = {
  seal(value, revision) {
    const sealed = Object.freeze({ ...value, revision });
    return { value: sealed, bytes: Buffer.from(JSON.stringify(sealed)) };
  },
  open: (bytes) => Object.freeze(JSON.parse(Buffer.from(bytes).toString())) as Doc,
};

/** A clock for what reads no time and makes no timers. */
export const turningClock: Clock = {
  now: () => 0,
  timer: () => {
    throw new Error("no timers here");
  },
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

export function keysOf(listing: Listing<Doc>): string[] {
  return listing.entries.map(({ key }) => key);
}

/** Key, revision and text of every entry. */
export function stateOf(listing: Listing<Doc>): string[] {
  return listing.entries.map(({ key, revision, value }) => `${key}@${revision}=${value.text}`);
}

/** A change in short: `create /a@2=one (was @1=…)`. */
export function told({ type, entry, previous }: Change<Doc>): string {
  const was = previous === undefined ? "" : ` (was @${previous.revision}=${previous.value.text})`;
  return `${type} ${entry.key}@${entry.revision}=${entry.value.text}${was}`;
}

/** Reads a watch until it has brought `count` changes. */
export async function take(watch: AsyncIterable<readonly Change<Doc>[]>, count: number): Promise<Change<Doc>[]> {
  const changes: Change<Doc>[] = [];
  while (changes.length < count) {
    const { value, done } = await watch[Symbol.asyncIterator]().next();
    if (done === true) throw new Error(`the watch ended after ${changes.length} of ${count} changes`);
    changes.push(...(value as readonly Change<Doc>[]));
  }
  return changes;
}

export function recordOf(at: number, user = "alice"): Omit<ChangeRecord, "revision" | "type"> {
  return { at, user, verb: "update", cause: { actor: "test", saw: [{ key: "/x", revision: 1 }] }, changed: ["größer"] };
}
