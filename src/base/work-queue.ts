import { backoffMs, type BackoffLimits } from "./backoff.ts";
import type { Clock, Timer } from "./clock.ts";
import type { Random } from "./random.ts";

/**
 * Keys to be worked on. A key is in the queue at most once, and is never worked on twice at a time: one that is added
 * while it is being worked on comes again afterwards. Its size is bounded by the number of keys there are.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #retries: BackoffLimits;
  readonly #ready = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #later = new Map<string, { readonly dueMs: number; readonly timer: Timer }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #closed = false;

  constructor(clock: Clock, random: Random, retries: BackoffLimits = { firstMs: 5, longestMs: 1_000_000, jitter: 0 }) {
    this.#clock = clock;
    this.#random = random;
    this.#retries = retries;
  }

  /** Keys that wait to be worked on now. */
  get length(): number {
    return this.#ready.size;
  }

  /** Nothing is ready and nothing is being worked on; keys for later do not count. */
  get idle(): boolean {
    return this.#ready.size === 0 && this.#working.size === 0;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#ready.add(key);
      return;
    }
    this.#working.add(key);
    taker(key);
  }

  /** Adds the key after a delay. Of several, the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.now() + delayMs;
    const present = this.#later.get(key);
    if (present !== undefined) {
      if (present.dueMs <= dueMs) return;
      present.timer[Symbol.dispose]();
    }
    const timer = this.#clock.timer(delayMs, () => {
      this.#later.delete(key);
      this.add(key);
    });
    this.#later.set(key, { dueMs, timer });
  }

  /** Adds the key again after a failure, each time later. */
  retry(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    const delayMs = backoffMs(failures, this.#retries, this.#random);
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The key was worked on well: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, as soon as there is one; undefined once the queue is closed. Every key taken must be given to `done`. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#working.add(key);
      return Promise.resolve(key);
    }
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  close(): void {
    this.#closed = true;
    this.#ready.clear();
    for (const { timer } of this.#later.values()) timer[Symbol.dispose]();
    this.#later.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
