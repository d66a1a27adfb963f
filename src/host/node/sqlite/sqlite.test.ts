import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../../../base/log.ts";
import { docCodec, turningClock } from "../../../store/conformance-place.suite.ts";
import { storeConformance } from "../../../store/conformance.suite.ts";
import { openStore } from "../../../store/store.ts";
import { openSqliteEngine, restoreSqlite } from "./engine.ts";

storeConformance("sqlite", async () => {
  const directory = await mkdtemp(join(tmpdir(), "wherry-sqlite-"));
  return {
    async open({ limits = {}, recordLimits } = {}) {
      const engine = await openSqliteEngine({ directory, ...(recordLimits === undefined ? {} : { recordLimits }) });
      return openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog, limits });
    },
    restore: (snapshot) => restoreSqlite({ directory }, snapshot),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
});
