import type { Clock, Timer } from "../../base/clock.ts";
import { Heap } from "../../base/heap.ts";

/**
 * A clock that only moves when it is told to. Timers fire in the order of their due times, and of two with the same due
 * time the one made first: the same program gives the same order every time.
 */
export class VirtualClock implements Clock {
  readonly #timers = new Heap<VirtualTimer>(before);
  #now: number;
  #made = 0;

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
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** The due time of the next timer, undefined when there is none. */
  get nextDueMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  /** Moves time on, firing what comes due on the way; everything that a timer starts runs before the next one fires. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.turn();
    for (let next = this.#next(); next !== undefined && next.dueMs <= until; next = this.#next()) {
      this.#now = Math.max(this.#now, next.dueMs);
      while (next !== undefined && next.dueMs <= this.#now) {
        this.#timers.pop();
        next.callback();
        next = this.#next();
      }
      await this.turn();
    }
    this.#now = until;
    await this.turn();
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
