import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import { parseNetwork } from "../base/ip.ts";
import { parseIpRanges } from "../base/ip-range.ts";
import { firstAddress } from "../host/node/compartments/fabric.ts";
import { hasIpv6 } from "../host/node/machine/ipv6.ts";
import { ownAddress, withOtherFamily } from "../host/node/machine/networks.ts";
import type { HostParts } from "../host/node/packages/find.ts";
import { tunnelProblem } from "../host/node/routes/tunnel.ts";
import { createClock } from "../host/node/clock.ts";
import { serveControl } from "../host/node/control/control.ts";
import { openPki } from "../host/node/pki/directory.ts";
import type { SupervisedChild } from "../host/node/processes/child.ts";
import type { NetworkMode } from "../network/plan.ts";
import { type ChildParts, startChild } from "./children.ts";
import { issueCredentials } from "./credentials.ts";
import { overlapProblem } from "./join/overlap.ts";
import { address6 } from "./nodes/choose.ts";
import { fabricFor, takenNetworks } from "./nodes/fabric-network.ts";
import type { NodeRequest } from "../cli/context.ts";
import { RealNodes } from "./nodes/real-nodes.ts";
import { otherNodeProblem } from "./other-node.ts";
import { placesOf } from "./places.ts";
import { type Progress, stepTimer } from "./progress.ts";
import { forgetRunning, readRunning, writeRunning } from "./running.ts";
import type { ServerOptions } from "./server.ts";

export interface UpOptions extends ChildParts {
  readonly port: number;
  readonly store: "sqlite" | "memory";
  /** Of IPv4; or of both families, with a comma between. */
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly nodeName: string;
  /** By which other machines reach this one; undefined takes the one on the way out. */
  readonly address: string | undefined;
  /** The programs of a node; undefined where this machine is to be none. */
  readonly parts: HostParts | undefined;
  /** How many imagined nodes the server runs. */
  readonly simulate: number;
  /** How many real nodes there are to be at least, this machine among them; further ones of before are started too. */
  readonly nodes: number;
  /** The network between this machine and its further nodes; undefined: one that overlaps nothing. */
  readonly nodeCidr: string | undefined;
  readonly network: NetworkMode;
  /** Addresses for services of type LoadBalancer, `192.0.2.100-192.0.2.120`; undefined: those of the live nodes. */
  readonly loadBalancerRange: string | undefined;
  /** Where the files of this machine's static pods lie, absolute; undefined: in the place for them in the data directory. */
  readonly staticPodPath: string | undefined;
  /** For how long nothing may be heard of a node, in ms. */
  readonly nodeGraceMs: number;
  readonly signal: AbortSignal;
}

export const upDefaults = {
  port: 6443,
  store: "sqlite",
  serviceCidr: "10.96.0.0/16",
  podCidr: "10.244.0.0/16",
  /** The second ones, where pods and Services have both IP families. */
  serviceCidr6: "fd00:10:96::/112",
  podCidr6: "fd00:10:244::/56",
  nodeName: hostname().toLowerCase(),
  simulate: 0,
  nodes: 1,
  nodeCidr: undefined,
  network: "auto",
  loadBalancerRange: undefined,
  staticPodPath: undefined,
  nodeGraceMs: 50_000,
} as const;

export interface RunningCluster {
  readonly url: string;
  readonly address: string;
  readonly kubeconfig: string;
  readonly pids: () => Readonly<Record<string, number | undefined>>;
  /** Ends server and agent. Containers run on; the next `up` takes them over. */
  stop(): Promise<void>;
}

/** Brings up a cluster on this machine: the server process, and an agent process where the machine is a node. */
export async function up(options: UpOptions, progress: Progress): Promise<RunningCluster> {
  const { dataDirectory, nodeName, log } = options;
  const other = await readRunning(dataDirectory);
  if (other !== undefined) {
    throw new Error(
      `a cluster runs on ${dataDirectory} already, as process ${other.up.pid}: stop it with 'wherry down', or choose another --data-dir`,
    );
  }
  const address = await ownAddress(options.address);
  await checkNetworks(options);
  const addresses = await nodeAddresses(options, address);
  const places = placesOf(dataDirectory);
  const clock = createClock({ holdProcess: true });
  mkdirSync(places.logs, { recursive: true, mode: 0o700 });
  const timed = stepTimer(progress);
  const pki = openPki(places.pki, () => clock.now());
  if (options.parts !== undefined) {
    issueCredentials(places.node(nodeName).credentials, pki, { name: nodeName, addresses });
  }
  timed("certificates");
  let server: SupervisedChild | undefined;
  let nodes: RealNodes | undefined;
  let control: AsyncDisposable | undefined;
  const stop = async () => {
    await control?.[Symbol.asyncDispose]();
    await nodes?.leave();
    await server?.stop();
    forgetRunning(dataDirectory);
  };
  try {
    const { port, store, serviceCidr, podCidr, network, simulate, nodeGraceMs, parts } = options;
    const ownNode = parts === undefined ? undefined : nodeName;
    const { loadBalancerRange: range } = options;
    const loadBalancer = range === undefined ? {} : { range };
    const networks = { serviceCidr, podCidr, network, loadBalancer };
    const own = { dataDirectory, address, port, store, simulate, ownNode, nodeGraceMs };
    const given: Omit<ServerOptions, "log"> = { ...own, ...networks };
    server = await startChild("server", "server", () => Promise.resolve([]), given, options);
    timed("API server, controllers and scheduler");
    const url = `https://127.0.0.1:${port}`;
    const running = { url, address, startedAtMs: clock.now(), version: KUBERNETES_VERSION };
    await writeRunning(dataDirectory, { ...running, nodeName: ownNode });
    if (parts !== undefined) {
      nodes = new RealNodes({ ...options, parts, pki, addresses, url, clock });
      await nodes.start(options.nodes, progress);
      control = await serveControl(places.running, (request, step) => nodes!.perform(request as NodeRequest, step));
    }
    const pids = () => ({ up: process.pid, server: server?.pid, ...nodes?.pids() });
    return { url, address, kubeconfig: places.kubeconfig, pids, stop };
  } catch (error) {
    await stop();
    log.error("the cluster did not come up", { error });
    throw error;
  }
}

/** This machine's own as a node. Where it has none of IPv6, it has one in the network of its further nodes. */
async function nodeAddresses(options: UpOptions, address: string): Promise<readonly string[]> {
  const { podCidr, serviceCidr, parts, nodes, signal } = options;
  const own = await withOtherFamily(address, podCidr);
  if (own.length > 1 || !podCidr.includes(":") || nodes === 1 || parts === undefined) return own;
  const inside = [podCidr, serviceCidr].flatMap((text) => text.split(","));
  const fabric = await fabricFor({ ...options, inside }, parts, signal);
  return [...own, address6(fabric, firstAddress(parseNetwork(fabric)!))];
}

/** Whatever cannot be is said before anything is changed. */
async function checkNetworks(options: UpOptions): Promise<void> {
  checkFamilies(options);
  const { dataDirectory, parts, nodeName, podCidr, serviceCidr, nodes, nodeCidr, loadBalancerRange, signal } = options;
  if (loadBalancerRange !== undefined && parseIpRanges(loadBalancerRange) === undefined) {
    throw new Error(
      `--load-balancer-range is addresses such as 192.0.2.100-192.0.2.120 or 192.0.2.96/27, not ${loadBalancerRange}`,
    );
  }
  if (parts === undefined) return;
  const taken = await otherNodeProblem(dataDirectory);
  if (taken !== undefined) throw new Error(`${taken}, or start this one with --no-node`);
  const noTunnel = options.network === "vxlan" ? await tunnelProblem([parts.ip], signal) : undefined;
  if (noTunnel !== undefined) throw new Error(noTunnel);
  const networks = { pods: podCidr, services: serviceCidr };
  const problem = overlapProblem(networks, await takenNetworks(nodeName, parts, signal));
  if (problem !== undefined) throw new Error(problem);
  if (nodes > 1 || nodeCidr !== undefined)
    await fabricFor({ ...options, inside: [podCidr, serviceCidr].flatMap((text) => text.split(",")) }, parts, signal);
}

/** Pods and Services are of the same families: IPv4, or IPv4 and IPv6 where the kernel has that. */
function checkFamilies({ podCidr, serviceCidr }: UpOptions): void {
  const kinds = { pod: podCidr, service: serviceCidr };
  const families = Object.entries(kinds).map(([kind, text]) => {
    const found = text.split(",").map((part) => parseNetwork(part)?.family);
    if (found.join() === "IPv4" || found.join() === "IPv4,IPv6") return found.length;
    throw new Error(`--${kind}-cidr is a network of IPv4, or one of IPv4, a comma and one of IPv6, not ${text}`);
  });
  if (families[0] !== families[1])
    throw new Error(`--pod-cidr ${podCidr} and --service-cidr ${serviceCidr} are to be of the same IP families`);
  if (families[0] === 2 && !hasIpv6())
    throw new Error("this machine's kernel has no IPv6: its networks can be of IPv4 alone");
}
