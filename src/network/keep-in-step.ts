import { backoffMs } from "../base/backoff.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";

export interface StepParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/** Something of the kernel that follows objects of the cluster. */
export interface Following {
  /** What it is, in plural: for the log. */
  readonly what: string;
  /** Resolves once all that it follows has been read. */
  readonly synced: Promise<unknown>;
  /** Rings when something has changed. @returns what ends that */
  subscribe(ring: () => void): readonly (() => void)[];
  /**
   * Compares and acts; done twice, it is done once.
   * @param thorough whether the kernel itself is to be looked at, instead of what was made of it at last
   */
  step(signal: AbortSignal, thorough: boolean): Promise<void>;
}

const RETRIES = { firstMs: 100, longestMs: 30_000, jitter: 0.5 };
/** How often the kernel is compared with what it should have: links change, and others may have removed what is ours. */
const CHECK_EVERY_MS = 30_000;

/** Steps at every change, and from time to time without one. */
export function keepInStep(parts: StepParts, following: Following): void {
  parts.tasks.spawn((signal) => run(parts, following, signal));
}

async function run({ clock, random, log }: StepParts, following: Following, signal: AbortSignal): Promise<void> {
  const bell = new Bell(clock);
  const ends = following.subscribe(() => bell.ring());
  signal.addEventListener("abort", () => bell.ring(), { once: true });
  let failures = 0;
  let thorough = true;
  try {
    await Promise.race([following.synced, aborted(signal)]);
    while (!signal.aborted) {
      bell.quiet();
      try {
        await following.step(signal, thorough);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        thorough = true;
        log.error("could not be set, trying again", { what: following.what, failures, error });
        await delay(clock, backoffMs(failures, RETRIES, random), { signal });
        continue;
      }
      thorough = !(await bell.rung(CHECK_EVERY_MS));
      // What comes in one batch of events is one step.
      await clock.turn();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const end of ends) end();
  }
}

/** Wakes one sleeper; what rings while nobody sleeps is heard by the next. */
class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  quiet(): void {
    this.#rung = false;
  }

  /** Resolves at the next ring, or after this time. @returns whether it rang */
  async rung(withinMs: number): Promise<boolean> {
    if (this.#rung) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    using _timer = this.#clock.timer(withinMs, resolve);
    await promise;
    return this.#rung;
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
