import type { Clock, Timer } from "../base/clock.ts";
import { Heap } from "../base/heap.ts";
import type { ClusterChange } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 10_000;
/** A pod that nothing woke is tried again after so long all the same. */
const FORGOTTEN_AFTER_MS = 5 * 60_000;

interface Waiting {
  readonly key: string;
  readonly priority: number;
  /** When it came, for the order among equals. */
  readonly since: number;
  attempts: number;
  triedAtMs: number;
  state: "active" | "backoff" | "unschedulable" | "in flight";
  /** What would make another try worthwhile. */
  wakesOn: ReadonlySet<ClusterChange>;
  timer: Timer | undefined;
  /** A change that concerned it came while it was being tried. */
  missed: boolean;
}

/**
 * The pods without a node: those to be tried now, by priority and age; those that failed a moment ago; and those that do
 * not fit anywhere until something changes.
 */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #pods = new Map<string, Waiting>();
  /** Those of them that a change may concern, the parked and the one in flight: of many that wait, few. */
  readonly #wakeable = new Set<Waiting>();
  readonly #active = new Heap<Waiting>(
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.since < b.since),
  );
  #taker: (() => void) | undefined;
  #order = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#pods.size;
  }

  /** Nothing is to be tried now. */
  get idle(): boolean {
    return this.#active.peek() === undefined && this.#taker !== undefined;
  }

  /** A pod that is new, or whose change may make it fit. */
  add({ key, priority }: PodInfo): void {
    const present = this.#pods.get(key);
    if (present?.state === "active") return;
    if (present?.state === "in flight") {
      present.missed = true;
      return;
    }
    const waiting = present ?? this.#waiting(key, priority);
    this.#pods.set(key, waiting);
    this.#activate(waiting);
  }

  remove(key: string): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    waiting.timer?.[Symbol.dispose]();
    this.#pods.delete(key);
    this.#wakeable.delete(waiting);
  }

  /** The next pod to be tried, as soon as there is one; undefined when the signal is aborted. */
  async take(signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      const waiting = this.#active.pop();
      if (waiting === undefined) {
        await this.#next(signal);
        continue;
      }
      if (this.#pods.get(waiting.key) !== waiting || waiting.state !== "active") continue;
      waiting.state = "in flight";
      this.#wakeable.add(waiting);
      waiting.attempts += 1;
      waiting.triedAtMs = this.#clock.now();
      waiting.missed = false;
      return waiting.key;
    }
    return undefined;
  }

  /** The pod in flight fits nowhere; it comes again when one of these changes happens. */
  park(key: string, wakesOn: ReadonlySet<ClusterChange>): void {
    const waiting = this.#pods.get(key);
    if (waiting === undefined) return;
    waiting.wakesOn = wakesOn;
    if (waiting.missed) {
      this.#backOff(waiting);
      return;
    }
    waiting.state = "unschedulable";
    waiting.timer = this.#clock.timer(FORGOTTEN_AFTER_MS, () => this.#activate(waiting));
  }

  /** The pod in flight met an error: it is tried again after a while. */
  retry(key: string): void {
    const waiting = this.#pods.get(key);
    if (waiting !== undefined) this.#backOff(waiting);
  }

  /** Something happened that may make room. */
  wake(change: ClusterChange): void {
    for (const waiting of this.#wakeable) {
      if (waiting.state === "in flight") waiting.missed = true;
      else if (waiting.state === "unschedulable" && waiting.wakesOn.has(change)) this.#backOff(waiting);
    }
  }

  #waiting(key: string, priority: number): Waiting {
    return {
      key,
      priority,
      since: this.#order++,
      attempts: 0,
      triedAtMs: 0,
      state: "active",
      wakesOn: new Set(),
      timer: undefined,
      missed: false,
    };
  }

  #activate(waiting: Waiting): void {
    waiting.timer?.[Symbol.dispose]();
    waiting.timer = undefined;
    waiting.state = "active";
    this.#wakeable.delete(waiting);
    this.#active.push(waiting);
    this.#taker?.();
  }

  #backOff(waiting: Waiting): void {
    waiting.timer?.[Symbol.dispose]();
    const pauseMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.max(0, waiting.attempts - 1));
    const leftMs = waiting.triedAtMs + pauseMs - this.#clock.now();
    if (leftMs <= 0) {
      this.#activate(waiting);
      return;
    }
    waiting.state = "backoff";
    this.#wakeable.delete(waiting);
    waiting.timer = this.#clock.timer(leftMs, () => this.#activate(waiting));
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#taker = undefined;
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#taker = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
