import { ConfigMap } from "../../src/api/core/v1/config-map.ts";
import { simulate } from "../../src/cluster/testing.ts";

/** A whole control plane, all loops and the scheduler, and the first object in it. */
export async function startSimulatedPlane(): Promise<void> {
  const world = await simulate({ scheduler: true });
  await world.client.create(
    ConfigMap,
    { metadata: { name: "first", namespace: "default" } },
    { signal: new AbortController().signal },
  );
}
