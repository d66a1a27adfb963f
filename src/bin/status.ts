import { readFile } from "node:fs/promises";
import type { ClusterStatus, ComponentStatus } from "../cli/context.ts";
import { placesOf } from "../cluster/places.ts";
import { readRunning } from "../cluster/running.ts";
import { containerdPlaces } from "../host/node/containerd/configuration.ts";
import { readProcessFile } from "../host/node/containerd/process.ts";
import { apiAccess } from "./api-access.ts";
import type { Node } from "../api/core/v1/node.ts";

/** What runs on a data directory, and how it is. */
export async function statusOf(
  dataDirectory: string,
  version: string,
  signal: AbortSignal,
): Promise<ClusterStatus | undefined> {
  const running = await readRunning(dataDirectory);
  if (running === undefined) return undefined;
  const { up, url, address, nodeName, startedAtMs } = running;
  const children = await childrenOf(up.pid);
  const api = apiAccess(dataDirectory, signal);
  const health = await api.send("GET", "/readyz").then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const nodes = (await api.send("GET", "/api/v1/nodes").catch(() => ({ items: [] }))) as { items: readonly Node[] };
  const components: ComponentStatus[] = [
    { name: "server", pid: children.get("server"), healthy: health === "", message: health },
  ];
  if (nodeName !== undefined) {
    const agent = children.get("agent");
    const message = agent === undefined ? "its process does not run; it is being started again" : "";
    components.push({ name: "agent", pid: agent, healthy: agent !== undefined, message });
    const { processFile } = containerdPlaces(placesOf(dataDirectory).node(nodeName).containerd);
    const containerd = (await readProcessFile(processFile))?.pid;
    components.push({
      name: "containerd",
      pid: containerd,
      healthy: containerd !== undefined,
      message: containerd === undefined ? "it does not run" : "",
    });
  }
  return {
    pid: up.pid,
    url,
    address,
    nodeName,
    startedAtMs,
    versions: { wherry: version, kubernetes: running.version, node: process.version },
    kubeconfig: placesOf(dataDirectory).kubeconfig,
    components,
    nodes: nodes.items.map(({ metadata, status }) => ({
      name: metadata.name,
      ready: status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false,
      addresses: (status.addresses ?? []).filter(({ type }) => type === "InternalIP").map((item) => item.address),
    })),
  };
}

/** The processes that `wherry up` started, by what they are. */
async function childrenOf(pid: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  for (const child of text.split(" ").filter((word) => word !== "")) {
    const words = (await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")).split("\0");
    for (const name of ["server", "agent"]) if (words.includes(name)) found.set(name, Number(child));
  }
  return found;
}
