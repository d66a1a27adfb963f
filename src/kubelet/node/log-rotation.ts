import { delay } from "../../base/clock.ts";
import { formatMicroTime } from "../../machinery/time.ts";
import type { Kubelet } from "../kubelet.ts";
import { rotateLog } from "../logs/rotate.ts";

const LOOK_MS = 10_000;

/** Keeps the logs of running containers from filling the disk, until the signal is aborted. */
export async function rotateLogs(kubelet: Kubelet, signal: AbortSignal): Promise<void> {
  const { disk, runtime, parts } = kubelet;
  if (disk === undefined) return;
  while (!signal.aborted) {
    await delay(parts.clock, LOOK_MS, { signal }).catch(() => {});
    for (const { life } of kubelet.workers()) {
      for (const { id, state, logPath } of life.containers) {
        if (state !== "running" || logPath === "" || signal.aborted) continue;
        const stamp = formatMicroTime(parts.clock.now()).replaceAll(/[-:TZ.]/g, "");
        await rotateLog({ path: logPath, containerId: id }, stamp, { disk, runtime, signal }).catch(
          (error: unknown) => {
            if (!signal.aborted) parts.log.warn("log could not be rotated", { path: logPath, error });
          },
        );
      }
    }
  }
}
