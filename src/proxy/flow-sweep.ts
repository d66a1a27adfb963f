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
 * How soon after one sweep the next may come. To find the flows of TCP, the kernel goes through all that it remembers, of all
 * protocols: some ms, whatever it finds. Who was sent to an endpoint that died has waited longer than that. UDP clients do not
 * notice by themselves that their endpoint is gone, so theirs is done at once.
 */
const PAUSE_MS: Readonly<Record<FlowProtocol, number>> = { udp: 0, tcp: 1_000 };

/** Forgets the flows that lead to endpoints which are gone, after rules without these have been applied. */
export class FlowSweep implements Disposable {
  readonly #parts: FlowSweepParts;
  /** The targets at the last sweep. */
  readonly #swept = new Map<FlowProtocol, FlowTargets>();
  readonly #notBeforeMs = new Map<FlowProtocol, number>();
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
      if (!mayHaveStaleFlows(protocol, this.#swept.get(protocol), targets)) {
        this.#swept.set(protocol, targets);
        continue;
      }
      const waitMs = (this.#notBeforeMs.get(protocol) ?? 0) - clock.now();
      if (waitMs > 0) {
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
        this.#notBeforeMs.set(protocol, clock.now() + PAUSE_MS[protocol]);
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
