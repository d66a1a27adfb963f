import type { Clock, Timer } from "../../base/clock.ts";
import { Heap } from "../../base/heap.ts";

/** A loop that does nothing but yield gets so many turns, then time goes on all the same. */
const MOST_TURNS = 20_000;

/**
 * A clock that only moves when it is told to. Timers fire in the order of their due times, and of two with the same due
 * time the one made first: the same program gives the same order every time. Before time moves on, everything that is
 * ready to run has run: work takes no time but what it asks the clock for.
 */
export class VirtualClock implements Clock {
  readonly #timers = new Heap<VirtualTimer>(before);
  #now: number;
  #made = 0;
  #turns = 0;
  /** Turns that have been asked for and have not come yet. */
  #turning = 0;
  #resting: Promise<void> | undefined;
  /** Somebody has asked for rest since it was last looked. */
  #asked = false;

  /** @param startMs where time begins; a fixed date by default, so that runs can be compared. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  timer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#now + Math.max(0, delayMs), order: this.#made++, callback, cancelled: false };
    this.#timers.push(timer);
    return {
      [Symbol.dispose]: () => {
        timer.cancelled = true;
      },
    };
  }

  turn(): Promise<void> {
    this.#turns += 1;
    this.#turning += 1;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#turning -= 1;
        resolve();
      }),
    );
  }

  /** The due time of the next timer, undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Resolves once everything that is ready to run has run, and what came of it. Time stands still. */
  rest(): Promise<void> {
    this.#asked = true;
    this.#resting ??= this.#rest().finally(() => (this.#resting = undefined));
    return this.#resting;
  }

  /** One for all who wait for it: whoever joins late has it look once more. */
  async #rest(): Promise<void> {
    const begun = this.#turns;
    for (
      let seen = -1;
      (this.#asked || seen !== this.#turns || this.#turning > 0) && this.#turns - begun < MOST_TURNS;
    ) {
      this.#asked = false;
      seen = this.#turns;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Moves time on, firing what comes due on the way; everything that a timer starts runs before the next one fires. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.rest();
    for (let next = this.#next(); next !== undefined && next.dueMs <= until; next = this.#next()) {
      this.#now = Math.max(this.#now, next.dueMs);
      while (next !== undefined && next.dueMs <= this.#now) {
        this.#timers.pop();
        next.callback();
        next = this.#next();
      }
      await this.rest();
    }
    this.#now = Math.max(this.#now, until);
  }

  /** The next timer; cancelled ones are dropped when they come to the top. */
  #next(): VirtualTimer | undefined {
    while (this.#timers.peek()?.cancelled === true) this.#timers.pop();
    return this.#timers.peek();
  }
}

interface VirtualTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

function before(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
