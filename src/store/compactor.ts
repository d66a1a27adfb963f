import type { Clock } from "../base/clock.ts";
import { delay } from "../base/clock.ts";
import type { Store } from "./contract.ts";

/** As Kubernetes' API server compacts etcd: a revision can be asked for five to ten minutes long. */
export const COMPACTION_MS = 5 * 60_000;

/** Forgets again and again what was history when it last looked. Ends when the signal is aborted. */
export async function compactRegularly(
  store: Pick<Store<unknown>, "revision" | "compact">,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let seen = store.revision; ; seen = store.revision) {
    await delay(clock, COMPACTION_MS, { signal });
    await store.compact(seen);
  }
}
