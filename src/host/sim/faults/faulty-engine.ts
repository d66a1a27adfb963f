import { delay } from "../../../base/clock.ts";
import { type Engine, StorageFailed } from "../../../store/engine.ts";
import type { FaultyParts } from "./faulty-transport.ts";
import { SLOW_COMMIT_MS } from "./rates.ts";

/** A disk that is slow at times, and at times refuses to write. What it acknowledges is written. */
export function faultyEngine(engine: Engine, { faults, clock, random }: FaultyParts, signal: AbortSignal): Engine {
  const strikes = (rate: number) => rate > 0 && random.next() < rate;
  return {
    ...engine,
    async commit(batch) {
      const { rates } = faults;
      if (strikes(rates.slowCommit)) await delay(clock, SLOW_COMMIT_MS * random.next(), { signal }).catch(() => {});
      if (strikes(rates.failedCommit)) throw new StorageFailed("the disk failed: injected fault");
      await engine.commit(batch);
    },
  };
}
