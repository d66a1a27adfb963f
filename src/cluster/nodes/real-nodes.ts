import { serviceAddress } from "../../apiserver/services/range.ts";
import type { Clock } from "../../base/clock.ts";
import { enterMountNamespace } from "../../host/node/containerd/mount-namespace.ts";
import type { HostParts } from "../../host/node/packages/find.ts";
import type { PkiDirectory } from "../../host/node/pki/directory.ts";
import type { SupervisedChild } from "../../host/node/processes/child.ts";
import type { NetworkMode } from "../../network/plan.ts";
import { type AdminAccess, adminAccess } from "../admin-access.ts";
import { type ChildParts, startChild } from "../children.ts";
import { networksOf } from "../cluster-configuration.ts";
import { DNS_INDEX } from "../dns-address.ts";
import { KUBELET_PORT } from "../kubelet-port.ts";
import { nodeReady } from "../node-ready.ts";
import { type NodeSettings, readNodeSettings, writeNodeSettings } from "../node-settings.ts";
import { placesOf } from "../places.ts";
import { type Progress, stepTimer } from "../progress.ts";
import { openFabric } from "./fabric-network.ts";
import { FurtherNodes } from "./further-nodes.ts";
import { registerNode } from "./register.ts";
import type { NodeRequest } from "../../cli/context.ts";

export interface RealNodesParts extends ChildParts {
  readonly parts: HostParts;
  readonly pki: PkiDirectory;
  /** The machine's name as a node. */
  readonly nodeName: string;
  /** By which other machines reach it, at most one of each family; IPv4 first. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Of the API server, on this machine. */
  readonly url: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly nodeCidr: string | undefined;
  readonly network: NetworkMode;
  readonly loadBalancerRange: string | undefined;
  /** Of the machine itself; further nodes have theirs in their places. */
  readonly staticPodPath: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The nodes that run on this machine: the machine itself is the first. */
export class RealNodes {
  readonly further: FurtherNodes;
  readonly #parts: RealNodesParts;
  readonly #access: AdminAccess;
  #first: SupervisedChild | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: RealNodesParts) {
    const { nodeName, addresses, port, podCidr, serviceCidr, signal } = parts;
    this.#parts = parts;
    this.#access = adminAccess(parts.pki, parts.url);
    this.further = new FurtherNodes({
      ...parts,
      access: this.#access,
      machine: { name: nodeName, addresses },
      settings: { ...this.#settings(), server: `https://${addresses[0]}:${port}` },
      openFabric: () =>
        openFabric(
          { ...parts, inside: [podCidr, serviceCidr].flatMap((text) => text.split(",")) },
          parts.parts,
          signal,
        ),
    });
  }

  /** Does what `wherry node` asks for, one after the other. @returns the node's name @throws with a sentence */
  perform(request: NodeRequest, progress: Progress): Promise<string> {
    const turn = this.#turn.then(() => this.#perform(request, progress));
    this.#turn = turn.then(
      () => {},
      () => {},
    );
    return turn;
  }

  async #perform(request: NodeRequest, progress: Progress): Promise<string> {
    const { further } = this;
    if (request.verb === "add") return await further.add(request, progress);
    await further[request.verb](request.name, progress);
    return request.name;
  }

  /** Starts this machine's own agent and the further nodes, at once. @param count of all of them, at least */
  async start(count: number, progress: Progress): Promise<void> {
    const { nodeName: name, dataDirectory, podCidr: clusterPodCidr } = this.#parts;
    const settings = readNodeSettings(dataDirectory, name);
    const before = settings?.clusterPodCidr === clusterPodCidr ? settings.podCidr : undefined;
    // The machine itself comes first: its pods have the first part where nobody else has it.
    const podCidr = await registerNode(this.#access, { name, labels: {}, taints: [], podCidr: before }, this.#parts);
    const further = this.further.startAll(count - 1, progress);
    // What the first node throws is told first; the others are ended by `leave`.
    further.catch(() => {});
    await this.#startFirst(podCidr, progress);
    await further;
  }

  pids(): Readonly<Record<string, number | undefined>> {
    return { agent: this.#first?.pid, ...this.further.pids() };
  }

  /** Ends the agents and nothing else. */
  async leave(): Promise<void> {
    await Promise.all([this.#first?.stop(), this.further.leave()]);
    this.#access[Symbol.dispose]();
  }

  async #startFirst(podCidr: string, progress: Progress): Promise<void> {
    const { parts, nodeName, dataDirectory, addresses, url, staticPodPath, clock, signal } = this.#parts;
    const timed = stepTimer(progress);
    const settings: NodeSettings = {
      ...this.#settings(),
      dataDirectory,
      nodeName,
      addresses,
      server: url,
      podCidr,
      ...(staticPodPath === undefined ? {} : { staticPodPath }),
    };
    writeNodeSettings(dataDirectory, settings);
    const enter = () => enterMountNamespace(placesOf(dataDirectory).node(nodeName).containerd, parts);
    this.#first = await startChild("agent", "agent", enter, settings, this.#parts);
    timed("containerd, kubelet, service rules and DNS");
    await nodeReady(this.#access.carrier, nodeName, { clock, signal });
    timed(`node ${nodeName} is Ready`);
  }

  /** What all nodes are told alike. */
  #settings() {
    const { podCidr, serviceCidr, network, loadBalancerRange } = this.#parts;
    return {
      clusterPodCidr: podCidr,
      serviceCidr,
      dnsAddress: serviceAddress(serviceCidr, DNS_INDEX),
      domain: networksOf(this.#parts).domain,
      labels: {},
      taints: [],
      kubeletPort: KUBELET_PORT,
      network,
      ...(loadBalancerRange === undefined ? {} : { loadBalancerRange }),
    };
  }
}
