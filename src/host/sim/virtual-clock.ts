import type { Clock, Timer } from "../../base/clock.ts";

/**
 * A clock that only moves when it is told to. Timers fire in the order of their due times, and of two with the same due
 * time the one made first: the same program gives the same order every time.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
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
    return this.#timers.peek()?.dueMs;
  }

  /** Moves time on, firing what comes due on the way; everything that a timer starts runs before the next one fires. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.turn();
    for (let next = this.#timers.peek(); next !== undefined && next.dueMs <= until; next = this.#timers.peek()) {
      this.#now = Math.max(this.#now, next.dueMs);
      while (next !== undefined && next.dueMs <= this.#now) {
        this.#timers.pop();
        next.callback();
        next = this.#timers.peek();
      }
      await this.turn();
    }
    this.#now = until;
    await this.turn();
  }
}

interface VirtualTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** A binary heap; cancelled timers are dropped when they come to the top. */
class TimerHeap {
  readonly #heap: VirtualTimer[] = [];

  push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(heap[parent]!, timer)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  peek(): VirtualTimer | undefined {
    while (this.#heap[0]?.cancelled === true) this.pop();
    return this.#heap[0];
  }

  pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (before(last, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
