import { silentLog } from "../base/log.ts";
import { docCodec, turningClock } from "./conformance-place.suite.ts";
import { storeConformance } from "./conformance.suite.ts";
import { type Engine } from "./engine.ts";
import { memoryEngine } from "./memory-engine.ts";
import { restoreSnapshot } from "./snapshot.ts";
import { openStore } from "./store.ts";

storeConformance("memory", async () => {
  let engine: Engine | undefined;
  return {
    open({ limits = {}, recordLimits } = {}) {
      engine ??= memoryEngine(recordLimits);
      return openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog, limits });
    },
    restore(snapshot) {
      engine = memoryEngine();
      return restoreSnapshot(engine, snapshot);
    },
    async [Symbol.asyncDispose]() {},
  };
});
