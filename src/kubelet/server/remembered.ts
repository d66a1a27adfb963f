import type { Clock } from "../../base/clock.ts";

/** Answers for as long as they are good for; the oldest makes room when there are too many. */
export class Remembered<T> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #answers = new Map<string, { readonly value: T; readonly untilMs: number }>();

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  get(key: string): T | undefined {
    const found = this.#answers.get(key);
    if (found === undefined || found.untilMs > this.#clock.now()) return found?.value;
    this.#answers.delete(key);
    return undefined;
  }

  set(key: string, value: T, goodForMs: number): void {
    this.#answers.delete(key);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= this.#most && oldest !== undefined) this.#answers.delete(oldest);
    this.#answers.set(key, { value, untilMs: this.#clock.now() + goodForMs });
  }
}
