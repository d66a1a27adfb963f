import type { Clock, Timer } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { FLOW_PROTOCOLS, type FlowProtocol, mayHaveStaleFlows, staleFlows } from "./flows.ts";
import type { FlowTable } from "./ports.ts";
import type { FlowTargets, RuleSet } from "./rules.ts";

export interface FlowSweepParts {
  /** Absent where there are no real packets. */
  readonly flows: FlowTable | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Told when the time of a sweep has come that was put off. */
  readonly onDue: () => void;
}

/**
 * To find flows, the kernel goes through all that it remembers. Endpoints of TCP come and go all the time, and who was sent to one
 * that died has waited already: after a sweep of TCP the next comes so many times later than the sweep took, but not later than
 * this. UDP clients do not notice by themselves that their endpoint is gone: theirs is done at once.
 */
const PAUSE = { times: 20, longestMs: 2_000 };

/** Forgets the flows that lead to endpoints which are gone, after rules without these have been applied. */
export class FlowSweep implements Disposable {
  readonly #parts: FlowSweepParts;
  /** The targets at the last sweep. */
  readonly #swept = new Map<FlowProtocol, FlowTargets>();
  #notBeforeMs = 0;
  #timer: Timer | undefined;

  constructor(parts: FlowSweepParts) {
    this.#parts = parts;
  }

  /** What cannot be done now is tried again by the next call. */
  async sweep(rules: RuleSet, signal: AbortSignal): Promise<void> {
    const { flows, clock, log } = this.#parts;
    if (flows === undefined) return;
    for (const protocol of FLOW_PROTOCOLS) {
      const targets = rules.flowTargets;
      const previous = this.#swept.get(protocol);
      if (!mayHaveStaleFlows(protocol, previous, targets)) {
        this.#swept.set(protocol, targets);
        continue;
      }
      const startedMs = clock.now();
      const waitMs = this.#notBeforeMs - startedMs;
      if (protocol === "tcp" && waitMs > 0) {
        this.#timer ??= clock.timer(waitMs, () => {
          this.#timer = undefined;
          this.#parts.onDue();
        });
        continue;
      }
      try {
        for (const family of rules.families.keys()) {
          const stale = staleFlows(protocol, await flows.list(family, protocol, { signal }), targets);
          if (stale.length > 0) await flows.forget(family, protocol, stale, { signal });
        }
        this.#swept.set(protocol, targets);
        const tookMs = clock.now() - startedMs;
        if (protocol === "tcp" && previous !== undefined)
          this.#notBeforeMs = clock.now() + Math.min(tookMs * PAUSE.times, PAUSE.longestMs);
      } catch (error) {
        if (signal.aborted) throw error;
        log.warn("stale flows could not be forgotten", { protocol, error });
      }
    }
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}
