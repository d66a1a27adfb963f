import type { Pod, Service } from "../../api/generated/core-v1.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";

/** Since when the endpoints of a service are to be as they are written: proxies measure by it how late they are. */
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

/** Remembers when the pods of each service last became ready or unready; bounded by the pods that services have. */
export class TriggerTimes {
  readonly #pods = new Map<string, ReadonlyMap<string, number>>();

  /** The earliest change since the last look, as the annotation writes it; undefined where there was none. */
  next(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#pods.get(key);
    const times = new Map<string, number>();
    let earliest: number | undefined;
    for (const { metadata, status } of pods) {
      const text = conditionOf(status.conditions, "Ready")?.lastTransitionTime;
      if (text === undefined || text === null) continue;
      const time = parseTime(text);
      times.set(metadata.name, time);
      if (time > (before?.get(metadata.name) ?? 0)) earliest = Math.min(time, earliest ?? time);
    }
    this.#pods.set(key, times);
    if (before === undefined) return service.metadata.creationTimestamp;
    return earliest === undefined ? undefined : formatTime(earliest);
  }

  forget(key: string): void {
    this.#pods.delete(key);
  }
}

/** Annotations with the time of the change, or without one where nothing triggered it. */
export function withTriggerTime(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Readonly<Record<string, string>> {
  const { [TRIGGER_TIME]: _old, ...others } = annotations ?? {};
  return time === undefined ? others : { ...others, [TRIGGER_TIME]: time };
}
