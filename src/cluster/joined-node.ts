import { existsSync, mkdirSync, readdirSync } from "node:fs";
import type { Taint } from "../api/generated/core-v1.ts";
import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { createClient } from "../client/client.ts";
import { httpTransport } from "../client/http-transport.ts";
import { createClock } from "../host/node/clock.ts";
import { enterMountNamespace } from "../host/node/containerd/mount-namespace.ts";
import { type Carrier, createCarrier } from "../host/node/http/carrier.ts";
import {
  addressTowards,
  hostNetworks,
  isPortFree,
  ownAddress,
  withOtherFamily,
} from "../host/node/machine/networks.ts";
import type { HostParts } from "../host/node/packages/find.ts";
import { tunnelProblem } from "../host/node/routes/tunnel.ts";
import type { SupervisedChild } from "../host/node/processes/child.ts";
import { isStatus, StatusError } from "../machinery/status.ts";
import { type ChildParts, startChild } from "./children.ts";
import { type NodeCredentials, readCredentials, writeCredentials } from "./credentials.ts";
import { isDistrust } from "./join/discover.ts";
import { join, USER_AGENT } from "./join/join.ts";
import { settle } from "./join/settle.ts";
import { KUBELET_PORT } from "./kubelet-port.ts";
import { nodeReady } from "./node-ready.ts";
import { type NodeSettings, readNodeSettings, writeNodeSettings } from "./node-settings.ts";
import { otherNodeProblem } from "./other-node.ts";
import { placesOf } from "./places.ts";
import { forgetRunning, readRunning, writeRunning } from "./running.ts";
import { type Progress, stepTimer } from "./progress.ts";

export interface JoinedNodeOptions extends Omit<ChildParts, "log"> {
  /** Called once there is something to tell of: before, nothing is written. */
  readonly openLog: () => Log;
  readonly nodeName: string;
  /** `https://192.0.2.1:6443`; undefined once the machine has joined: it is known then. */
  readonly server: string | undefined;
  /** Needed once. */
  readonly token: string | undefined;
  readonly caHash: string | undefined;
  /** By which others reach this machine; undefined takes the one on the way to the server. */
  readonly address: string | undefined;
  /** What is not given stays as it was. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Where the files of static pods lie, absolute. */
  readonly staticPodPath: string | undefined;
  readonly parts: HostParts;
  readonly signal: AbortSignal;
}

export interface RunningNode {
  readonly server: string;
  /** Ends the agent. Containers run on; the next start takes them over. */
  stop(): Promise<void>;
}

/**
 * Makes this machine a node of a cluster elsewhere, once, and runs it: everything of a node and nothing of a control plane.
 * @throws {CannotJoin} where it cannot join, and nothing has been changed.
 */
export async function runJoinedNode(options: JoinedNodeOptions, progress: Progress): Promise<RunningNode> {
  const { dataDirectory, nodeName, signal } = options;
  const other = await readRunning(dataDirectory);
  if (other !== undefined) {
    throw new Error(
      `process ${other.up.pid} runs on ${dataDirectory} already: stop it with 'wherry down', or choose another --data-dir`,
    );
  }
  const taken = await otherNodeProblem(dataDirectory);
  if (taken !== undefined) throw new Error(taken);
  if (!(await isPortFree(KUBELET_PORT))) {
    throw new Error(`port ${KUBELET_PORT} is in use on this machine: another node's agent runs on it already`);
  }
  if (options.address !== undefined) await ownAddress(options.address);
  const clock = createClock({ holdProcess: true });
  const timed = stepTimer(progress);
  const places = placesOf(dataDirectory).node(nodeName);
  const { credentials, server } = await identityOf(options, clock);
  timed(`joined ${server}`);
  using carrier = createCarrier({ server, ca: credentials.authority, ...credentials.kubelet });
  const { settings, known } = await settingsOf(options, server, carrier, clock);
  mkdirSync(placesOf(dataDirectory).logs, { recursive: true, mode: 0o700 });
  writeNodeSettings(dataDirectory, settings);
  if (known) timed(`pods get addresses of ${settings.podCidr}`);
  else timed(`${server} does not answer: going on with what it said before, until it does`);
  const [address] = settings.addresses as [string];
  const record = {
    url: server,
    address,
    nodeName,
    joined: true,
    startedAtMs: clock.now(),
    version: KUBERNETES_VERSION,
  };
  await writeRunning(dataDirectory, record);
  let agent: SupervisedChild | undefined;
  const stop = async () => {
    await agent?.stop();
    forgetRunning(dataDirectory);
  };
  try {
    const enter = () => enterMountNamespace(places.containerd, options.parts);
    agent = await startChild("agent", "agent", enter, settings, { ...options, log: options.openLog() });
    timed("containerd, kubelet, service rules and DNS");
    await nodeReady(carrier, nodeName, { clock, signal });
    timed(`node ${nodeName} is Ready`);
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Who this machine is: as it joined before, or as it joins now. */
async function identityOf(
  options: JoinedNodeOptions,
  clock: Clock,
): Promise<{ readonly credentials: NodeCredentials; readonly server: string }> {
  const { dataDirectory, nodeName, token, labels, caHash, signal } = options;
  const place = placesOf(dataDirectory).node(nodeName).credentials;
  checkPlace(dataDirectory, nodeName);
  const known = readCredentials(place);
  const server = options.server ?? readNodeSettings(dataDirectory, nodeName)?.server;
  if (known !== undefined && server !== undefined) return { credentials: known, server };
  if (server === undefined || token === undefined) {
    throw new Error(
      `this machine has not joined a cluster as ${nodeName} yet: 'wherry token create --print-join-command' on the server prints the command that does it`,
    );
  }
  const tunnels = () => tunnelProblem([options.parts.ip], signal);
  const own = { nodeName, labels, hostNetworks: hostNetworks(), tunnelProblem: tunnels };
  const joining = { server, token, caHash, ...own, clock, signal };
  const credentials = await join(joining);
  writeCredentials(place, credentials);
  return { credentials, server };
}

/** One directory is one machine's: a control plane's or a node's, under one name. */
function checkPlace(dataDirectory: string, nodeName: string): void {
  const { pki, nodes } = placesOf(dataDirectory);
  const other = existsSync(nodes) ? readdirSync(nodes).find((name) => name !== nodeName) : undefined;
  if (!existsSync(pki) && other === undefined) return;
  const whose = other === undefined ? "a control plane's" : `that of node ${other}`;
  throw new Error(`${dataDirectory} is ${whose}: choose another --data-dir, or remove that one with 'wherry reset'`);
}

/** With what the node runs: as the cluster has it now, or, where that is not known, as it was before. */
async function settingsOf(
  options: JoinedNodeOptions,
  server: string,
  carrier: Carrier,
  clock: Clock,
): Promise<{ readonly settings: NodeSettings; readonly known: boolean }> {
  const { dataDirectory, nodeName, signal } = options;
  const before = readNodeSettings(dataDirectory, nodeName);
  const wishes = {
    nodeName,
    labels: { ...before?.labels, ...options.labels },
    taints: options.taints.length > 0 ? options.taints : (before?.taints ?? []),
  };
  const staticPodPath = options.staticPodPath ?? before?.staticPodPath;
  const own = {
    dataDirectory,
    server,
    ...wishes,
    kubeletPort: KUBELET_PORT,
    ...(staticPodPath === undefined ? {} : { staticPodPath }),
  };
  try {
    const { hostname, port } = new URL(server);
    const address = options.address ?? (await addressTowards(hostname, Number(port || 443)));
    const client = createClient(httpTransport(carrier, USER_AGENT));
    const place = await settle(client, wishes, { clock, signal });
    const addresses = await withOtherFamily(address, place.podCidr);
    return { settings: { ...own, addresses, ...place }, known: true };
  } catch (error) {
    if (isDistrust(error) || isStatus(error, "Unauthorized")) {
      const { message } = error as Error;
      throw new Error(
        `${server} and this machine do not know each other (${message}): 'wherry reset' here, and join again`,
        { cause: error },
      );
    }
    // A server that is away is no reason to stop: what runs here runs on.
    if (before === undefined || error instanceof StatusError || signal.aborted) throw error;
    const addresses = options.address === undefined ? before.addresses : [options.address];
    return { settings: { ...before, ...own, addresses }, known: false };
  }
}
