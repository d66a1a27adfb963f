import type { Pod } from "../../api/generated/core-v1.ts";
import type { Sample } from "../../machinery/prometheus.ts";
import { namespaceOf } from "../containers/names.ts";
import type { ProbeKind } from "../pod-life/state.ts";
import type { ProbeResult } from "./run-probe.ts";

const TYPES: Readonly<Record<ProbeKind, string>> = {
  liveness: "Liveness",
  readiness: "Readiness",
  startup: "Startup",
};
const RESULTS: Readonly<Record<ProbeResult["is"], string>> = {
  success: "successful",
  warning: "successful",
  failure: "failed",
  error: "unknown",
};

/** How often each probe of each container ended how, for as long as its pod lives. */
export class ProbeCounts {
  readonly #counts = new Map<string, Map<string, Sample & { value: number }>>();

  count(pod: Pod, container: string, kind: ProbeKind, result: ProbeResult["is"]): void {
    const { uid, name } = pod.metadata;
    let own = this.#counts.get(uid);
    if (own === undefined) this.#counts.set(uid, (own = new Map()));
    const key = `${container} ${kind} ${RESULTS[result]}`;
    const counted = own.get(key);
    if (counted !== undefined) {
      counted.value++;
      return;
    }
    const labels = { container, namespace: namespaceOf(pod), pod: name, pod_uid: uid };
    own.set(key, { labels: { ...labels, probe_type: TYPES[kind], result: RESULTS[result] }, value: 1 });
  }

  forget(pod: Pod): void {
    this.#counts.delete(pod.metadata.uid);
  }

  *samples(): Iterable<Sample> {
    for (const counts of this.#counts.values()) yield* counts.values();
  }
}
