import { keyOf } from "../api/kind.ts";
import type { Clock } from "../base/clock.ts";
import { type Random, uuid } from "../base/random.ts";
import { facts } from "../api/generated/resources.ts";
import type { KubeObject } from "../machinery/object.ts";
import { formatTime } from "../machinery/time.ts";
import type { Store } from "../store/contract.ts";

/** Writes what every cluster begins with, where it is not there yet. */
export async function bootstrap(store: Store<KubeObject>, clock: Clock, random: Random): Promise<void> {
  for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
    const key = keyOf(facts.core.v1.Namespace, undefined, name);
    if (store.get(key) !== undefined) continue;
    const creationTimestamp = formatTime(clock.now());
    await store.create(key, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name,
        uid: uuid(random),
        resourceVersion: "",
        creationTimestamp,
        labels: { "kubernetes.io/metadata.name": name },
      },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    } as KubeObject);
  }
}
