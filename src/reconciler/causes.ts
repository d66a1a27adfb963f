import type { Cause, SeenChange } from "../base/cause.ts";

/** How many changes are remembered as causes of one reconcile: the newest. */
const MOST_SEEN = 8;

/** The changes that led to each key's next reconcile. */
export class PendingCauses {
  readonly #seen = new Map<string, SeenChange[]>();

  add(key: string, change: SeenChange): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#seen.set(key, [change]);
      return;
    }
    const same = seen.findIndex((other) => other.key === change.key);
    if (same >= 0) seen.splice(same, 1);
    else if (seen.length === MOST_SEEN) seen.shift();
    seen.push(change);
  }

  take(key: string): readonly SeenChange[] {
    const seen = this.#seen.get(key) ?? [];
    this.#seen.delete(key);
    return seen;
  }
}

/** The cause of one reconcile's writes; the reason may be said as it goes. */
export class ReconcileCause {
  readonly #actor: string;
  readonly #saw: readonly SeenChange[];
  readonly #startedAtMs: number;
  #reason: string | undefined;
  #facts: Readonly<Record<string, unknown>> | undefined;

  constructor(actor: string, saw: readonly SeenChange[], startedAtMs: number) {
    this.#actor = actor;
    this.#saw = saw;
    this.#startedAtMs = startedAtMs;
  }

  /** An empty reason takes back what was said. */
  because(reason: string, facts?: Readonly<Record<string, unknown>>): void {
    this.#reason = reason === "" ? undefined : reason;
    this.#facts = facts;
  }

  get cause(): Cause {
    return {
      actor: this.#actor,
      saw: this.#saw,
      startedAtMs: this.#startedAtMs,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(this.#facts === undefined ? {} : { facts: this.#facts }),
    };
  }
}
