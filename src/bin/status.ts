import { readFile } from "node:fs/promises";
import type { ApiAccess, ClusterStatus, ComponentStatus } from "../cli/context.ts";
import { readNodes } from "../cluster/nodes/record.ts";
import { placesOf } from "../cluster/places.ts";
import { readRunning } from "../cluster/running.ts";
import { containerdPlaces } from "../host/node/containerd/configuration.ts";
import { readProcessFile } from "../host/node/containerd/process.ts";
import { apiAccess, nodeAccess } from "./api-access.ts";
import type { Node } from "../api/core/v1/node.ts";

/** What runs on a data directory, and how it is. */
export async function statusOf(
  dataDirectory: string,
  version: string,
  signal: AbortSignal,
): Promise<ClusterStatus | undefined> {
  const running = await readRunning(dataDirectory);
  if (running === undefined) return undefined;
  const { up, url, address, nodeName, joined = false, startedAtMs } = running;
  const children = await childrenOf(up.pid);
  const send = joined ? nodeAccess(running, dataDirectory, signal) : apiAccess(dataDirectory, signal).send;
  const health = await send("GET", "/readyz").then(
    () => "",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const components: ComponentStatus[] = [
    { name: "server", pid: children.get("server"), healthy: health === "", message: health },
  ];
  if (nodeName !== undefined)
    components.push(...(await nodeComponents(dataDirectory, nodeName, children.get(`agent ${nodeName}`))));
  for (const { name, on } of readNodes(dataDirectory)) {
    if (on) components.push(agentComponent(`agent ${name}`, children.get(`agent ${name}`)));
  }
  return {
    pid: up.pid,
    url,
    address,
    nodeName,
    startedAtMs,
    versions: { wherry: version, kubernetes: running.version, node: process.version },
    kubeconfig: joined ? undefined : placesOf(dataDirectory).kubeconfig,
    components,
    nodes: (await nodesSeen(send, joined ? nodeName : undefined)).map(({ metadata, status }) => ({
      name: metadata.name,
      ready: status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false,
      addresses: (status.addresses ?? []).filter(({ type }) => type === "InternalIP").map((item) => item.address),
    })),
  };
}

/** All nodes, or the one that may be seen. */
async function nodesSeen(send: ApiAccess["send"], only: string | undefined): Promise<readonly Node[]> {
  try {
    if (only !== undefined) return [(await send("GET", `/api/v1/nodes/${only}`)) as Node];
    return ((await send("GET", "/api/v1/nodes")) as { items: readonly Node[] }).items;
  } catch {
    return [];
  }
}

async function nodeComponents(
  dataDirectory: string,
  nodeName: string,
  agent: number | undefined,
): Promise<readonly ComponentStatus[]> {
  const { processFile } = containerdPlaces(placesOf(dataDirectory).node(nodeName).containerd);
  const containerd = (await readProcessFile(processFile))?.pid;
  return [
    agentComponent("agent", agent),
    {
      name: "containerd",
      pid: containerd,
      healthy: containerd !== undefined,
      message: containerd === undefined ? "it does not run" : "",
    },
  ];
}

function agentComponent(name: string, pid: number | undefined): ComponentStatus {
  const message = pid === undefined ? "its process does not run; it is being started again" : "";
  return { name, pid, healthy: pid !== undefined, message };
}

/** The processes that a supervisor started, by what they are: `server`, `agent NODE`. */
async function childrenOf(pid: number): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  for (const child of text.split(" ").filter((word) => word !== "")) {
    const words = (await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")).split("\0");
    // The last word is the process's options; those of an agent in a compartment come after what brings it there.
    const [program = "", options = ""] = words.slice(-3);
    if (program === "server") found.set(program, Number(child));
    else if (program === "agent") found.set(`agent ${nodeNameOf(options)}`, Number(child));
  }
  return found;
}

function nodeNameOf(options: string): string | undefined {
  return (JSON.parse(options) as { readonly nodeName?: string }).nodeName;
}
