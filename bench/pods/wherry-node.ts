import { createClient } from "../../src/client/client.ts";
import { httpTransport } from "../../src/client/http-transport.ts";
import { startCluster } from "../../test/cluster.ts";
import { carrierFor } from "../alone/cluster-carrier.ts";
import { cpuMicrosOf } from "../sides/process.ts";
import type { PodNode } from "./pod-node.ts";

/** Ours: `wherry up`, as people run it. */
export async function startWherryNode(): Promise<PodNode> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await startCluster(["busybox"]));
  const carrier = opened.use(await carrierFor(cluster));
  const server = (await cluster.pidOf("server"))!;
  const agent = (await cluster.pidOf("agent"))!;
  const owned = opened.move();
  return {
    name: "Wherry",
    client: createClient(httpTransport(carrier, "bench")),
    runtime: cluster.runtime,
    alone: { runtime: cluster.runtime, cgroupParent: `/wherry-${cluster.nodeName}` },
    check: () => {},
    cpuMs: () => ({ controlPlane: cpuMicrosOf(server) / 1_000, node: cpuMicrosOf(agent) / 1_000 }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
