import { mkdirSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import { addressText, parseRange } from "../apiserver/services/range.ts";
import type { Log } from "../base/log.ts";
import { enterMountNamespace } from "../host/node/containerd/mount-namespace.ts";
import { createCarrier } from "../host/node/http/carrier.ts";
import type { HostParts } from "../host/node/packages/find.ts";
import { createClock } from "../host/node/clock.ts";
import { openPki } from "../host/node/pki/directory.ts";
import type { AgentOptions } from "./agent.ts";
import { KUBELET_PORT } from "./kubelet-port.ts";
import type { SupervisedChild } from "../host/node/processes/child.ts";
import { startChild } from "./children.ts";
import { clientCertificate } from "./client-certificate.ts";
import { networksOf } from "./cluster-configuration.ts";
import { issueCredentials } from "./credentials.ts";
import { nodeReady } from "./node-ready.ts";
import { writeNodeSettings } from "./node-settings.ts";
import { placesOf } from "./places.ts";
import { DNS_INDEX } from "./dns-address.ts";
import { forgetRunning, readRunning, writeRunning } from "./running.ts";
import type { ServerOptions } from "./server.ts";

export interface UpOptions {
  readonly dataDirectory: string;
  readonly port: number;
  readonly store: "sqlite" | "memory";
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly nodeName: string;
  /** The programs of a node; undefined where this machine is to be none. */
  readonly parts: HostParts | undefined;
  /** How many imagined nodes the server runs. */
  readonly simulate: number;
  /** The command that runs this program: the pinned Node and the script, with absolute paths. */
  readonly self: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

export const upDefaults = {
  port: 6443,
  store: "sqlite",
  serviceCidr: "10.96.0.0/16",
  podCidr: "10.244.0.0/16",
  nodeName: hostname().toLowerCase(),
  simulate: 0,
} as const;

/** Told as things happen, for people: the end of each step with its time. */
export type Progress = (step: string, tookMs: number) => void;

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
  const places = placesOf(dataDirectory);
  const clock = createClock({ holdProcess: true });
  mkdirSync(places.logs, { recursive: true, mode: 0o700 });
  const address = machineAddress();
  const timed = timer(progress);
  const pki = openPki(places.pki, () => clock.now());
  if (options.parts !== undefined) {
    issueCredentials(places.node(nodeName).credentials, pki, { name: nodeName, addresses: [address] });
  }
  timed("certificates");
  const children: SupervisedChild[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
    forgetRunning(dataDirectory);
  };
  try {
    const { port, store, serviceCidr, podCidr, simulate } = options;
    const server: Omit<ServerOptions, "log"> = { dataDirectory, address, port, store, serviceCidr, podCidr, simulate };
    children.push(await startChild("server", [], server, options));
    timed("API server, controllers and scheduler");
    const url = `https://127.0.0.1:${port}`;
    const running = { url, address, startedAtMs: clock.now(), version: KUBERNETES_VERSION };
    await writeRunning(dataDirectory, { ...running, nodeName: options.parts === undefined ? undefined : nodeName });
    if (options.parts !== undefined) {
      const enter = await enterMountNamespace(places.node(nodeName).containerd, options.parts);
      const settings = agentOptions(options, address, url);
      writeNodeSettings(dataDirectory, settings);
      children.push(await startChild("agent", enter, settings, options));
      timed("containerd, kubelet, service rules and DNS");
      const { certificate, key } = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
      using carrier = createCarrier({ server: url, ca: pki.authority.certificate, certificate, key });
      await nodeReady(carrier, nodeName, { clock, signal: options.signal });
      timed(`node ${nodeName} is Ready`);
    }
    const pids = () => ({ up: process.pid, server: children[0]?.pid, agent: children[1]?.pid });
    return { url, address, kubeconfig: places.kubeconfig, pids, stop };
  } catch (error) {
    await stop();
    log.error("the cluster did not come up", { error });
    throw error;
  }
}

function agentOptions(options: UpOptions, address: string, server: string): Omit<AgentOptions, "log"> {
  const { dataDirectory, nodeName, podCidr, serviceCidr } = options;
  return {
    dataDirectory,
    nodeName,
    address,
    server,
    podCidr: `${addressText(parseRange(podCidr).first)}/24`,
    clusterPodCidr: podCidr,
    serviceCidr,
    dnsAddress: addressText(parseRange(serviceCidr).first + DNS_INDEX),
    domain: networksOf(options).domain,
    labels: {},
    taints: [],
    kubeletPort: KUBELET_PORT,
  };
}

/** The address by which other machines and pods reach this one. */
function machineAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === "IPv4" && !internal);
    if (found !== undefined) return found.address;
  }
  return "127.0.0.1";
}

function timer(progress: Progress): (step: string) => void {
  let since = performance.now();
  return (step) => {
    const now = performance.now();
    progress(step, now - since);
    since = now;
  };
}
