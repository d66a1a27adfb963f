import { rmSync } from "node:fs";
import type { Node } from "../../api/generated/core-v1.ts";
import { closeCompartment, openCompartment } from "../../host/node/compartments/compartment.ts";
import { containerdPlaces } from "../../host/node/containerd/configuration.ts";
import { setGroup } from "../../host/node/machine/cgroups.ts";
import type { HostParts } from "../../host/node/packages/find.ts";
import type { PkiDirectory } from "../../host/node/pki/directory.ts";
import type { SupervisedChild } from "../../host/node/processes/child.ts";
import type { AdminAccess } from "../admin-access.ts";
import { type ChildParts, startChild } from "../children.ts";
import { issueCredentials } from "../credentials.ts";
import { nodeReady } from "../node-ready.ts";
import type { NodeSettings } from "../node-settings.ts";
import { placesOf } from "../places.ts";
import type { Progress } from "../progress.ts";
import type { Clock } from "../../base/clock.ts";
import { SHUTDOWN_GRACE } from "../shutdown-grace.ts";
import { address6, freeAddress, freeName } from "./choose.ts";
import { cleanAfterLife } from "./after-life.ts";
import type { FabricNetwork } from "./fabric-network.ts";
import type { NodeRequest } from "../../cli/context.ts";
import { registerNode } from "./register.ts";
import { type NodeRecord, readNode, readNodes, writeNode } from "./record.ts";

export interface FurtherNodesParts extends ChildParts {
  readonly parts: HostParts;
  readonly pki: PkiDirectory;
  readonly access: AdminAccess;
  /** Makes the network between the nodes; called once, when the first further node is wanted. */
  readonly openFabric: () => Promise<FabricNetwork>;
  /** The machine's own addresses and name as a node; the name also where it is none. */
  readonly machine: { readonly name: string; readonly addresses: readonly string[] };
  /** What all nodes of the cluster are told alike. */
  readonly settings: Omit<NodeSettings, "nodeName" | "addresses" | "podCidr" | "dataDirectory">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a node is to be; without a name, it gets the first free one. */
type NodeWish = Omit<Extract<NodeRequest, { verb: "add" }>, "verb">;

/**
 * The further nodes of this machine, each in a compartment with an agent process of its own. What they are is kept on disk, and
 * what runs is found again: whoever supervises may die at any moment.
 */
export class FurtherNodes {
  readonly #parts: FurtherNodesParts;
  readonly #agents = new Map<string, SupervisedChild>();
  #fabric: Promise<FabricNetwork> | undefined;

  constructor(parts: FurtherNodesParts) {
    this.#parts = parts;
  }

  /** The agents' processes, by node. */
  pids(): Readonly<Record<string, number | undefined>> {
    return Object.fromEntries(this.#agents.entries().map(([name, { pid }]) => [`agent-${name}`, pid]));
  }

  /** Starts all that are meant to run, at once, and makes new ones until there are so many. Resolves when all are Ready. */
  async startAll(count: number, progress: Progress): Promise<void> {
    const { dataDirectory } = this.#parts;
    while (readNodes(dataDirectory).length < count) await this.#draft({ labels: {}, taints: [] });
    const meant = readNodes(dataDirectory).filter(({ on }) => on);
    await Promise.all(meant.map((record) => this.#run(record, progress)));
  }

  async add(wish: NodeWish, progress: Progress): Promise<string> {
    const record = await this.#draft(wish);
    try {
      await this.#run(record, progress);
    } catch (error) {
      // A node that never came up is nobody's.
      await this.#forget(record.name);
      await this.#parts.access.ask("DELETE", `/api/v1/nodes/${record.name}`, this.#parts.signal);
      throw error;
    }
    return record.name;
  }

  async start(name: string, progress: Progress): Promise<void> {
    const record = this.#find(name);
    if (this.#agents.has(name)) throw new Error(`node ${name} runs already`);
    await this.#run(record, progress);
    writeNode(this.#parts.dataDirectory, { ...record, on: true });
  }

  /** Shuts the node down in order: its pods are ended and replaced elsewhere, then everything else of it ends. */
  async stop(name: string, progress: Progress): Promise<void> {
    const startedAtMs = this.#parts.clock.now();
    const { podsSeconds, criticalSeconds } = SHUTDOWN_GRACE;
    await this.#end(name, (agent) => agent.shutDown((podsSeconds + criticalSeconds + SPARE_SECONDS) * 1000));
    progress(`node ${name} is stopped`, this.#parts.clock.now() - startedAtMs);
  }

  /** As if its power went: nobody is told. */
  async kill(name: string, progress: Progress): Promise<void> {
    const startedAtMs = this.#parts.clock.now();
    await this.#end(name, (agent) => agent.kill());
    progress(`node ${name} is gone`, this.#parts.clock.now() - startedAtMs);
  }

  /** Ends it, and removes its Node and all that it had on disk. */
  async remove(name: string, progress: Progress): Promise<void> {
    const { access, clock, signal } = this.#parts;
    const startedAtMs = clock.now();
    await this.#end(name, (agent) => agent.kill());
    await access.ask("DELETE", `/api/v1/nodes/${name}`, signal);
    await this.#forget(name);
    progress(`node ${name} is removed`, clock.now() - startedAtMs);
  }

  /** Ends the agents; the nodes' containers run on, and the next supervisor takes them over. */
  async leave(): Promise<void> {
    await Promise.all(this.#agents.values().map((agent) => agent.stop()));
    this.#agents.clear();
  }

  async #run(kept: NodeRecord, progress: Progress): Promise<void> {
    const { name } = kept;
    const { access, clock, dataDirectory, signal } = this.#parts;
    const startedAtMs = clock.now();
    const record = { ...kept, podCidr: await registerNode(access, kept, this.#parts) };
    if (record.podCidr !== kept.podCidr) writeNode(dataDirectory, record);
    const agent = await startChild(
      "agent",
      `agent-${name}`,
      () => this.#enter(record),
      await this.#settingsOf(record),
      this.#parts,
    );
    this.#agents.set(name, agent);
    await nodeReady(access.carrier, name, { clock, signal });
    progress(`node ${name} is Ready`, clock.now() - startedAtMs);
  }

  /** Opens the node's compartment where it is not open. @returns the words that bring a command into it */
  async #enter(record: NodeRecord): Promise<readonly string[]> {
    const { dataDirectory, parts, machine, pki } = this.#parts;
    const { name, address, memoryBytes } = record;
    const fabric = await this.#openFabric();
    const places = placesOf(dataDirectory).node(name);
    const { network, network6, mtu } = fabric;
    const six = network6 === undefined ? undefined : { address: address6(network, address), network: network6 };
    const addresses = six === undefined ? [address] : [address, six.address];
    issueCredentials(places.credentials, pki, { name, addresses });
    const opened = await openCompartment(
      {
        directory: places.root,
        hostName: name,
        cable: { address, network, mtu, machineAddresses: machine.addresses, ...(six === undefined ? {} : { six }) },
      },
      parts,
    );
    if (!opened.adopted) {
      await cleanAfterLife(dataDirectory, name);
      if (memoryBytes !== undefined) await setGroup(`/wherry-${name}`, { ...UNLIMITED, memoryLimit: memoryBytes });
    }
    return opened.enter;
  }

  #openFabric(): Promise<FabricNetwork> {
    this.#fabric ??= this.#parts.openFabric();
    return this.#fabric;
  }

  async #settingsOf({ name, address, podCidr, labels, taints, memoryBytes }: NodeRecord): Promise<NodeSettings> {
    const { dataDirectory, settings, machine } = this.#parts;
    const { network, network6 } = await this.#openFabric();
    const addresses = network6 === undefined ? [address] : [address, address6(network, address)];
    const imagesFrom = containerdPlaces(placesOf(dataDirectory).node(machine.name).containerd).socket;
    const own = {
      imagesFrom,
      machine: machine.name,
      dataDirectory,
      nodeName: name,
      addresses,
      podCidr,
      labels,
      taints,
    };
    return { ...settings, ...own, ...(memoryBytes === undefined ? {} : { memoryBytes }) };
  }

  /** Decides what a new node is called and which addresses it has, and keeps that. */
  async #draft({ name, labels, taints, memoryBytes }: NodeWish): Promise<NodeRecord> {
    const { dataDirectory, machine, access, signal } = this.#parts;
    const fabric = await this.#openFabric();
    const own = readNodes(dataDirectory);
    const { items } = (await access.ask("GET", "/api/v1/nodes", signal)) as { readonly items: readonly Node[] };
    const taken = [machine, ...own].map((record) => record.name).concat(items.map(({ metadata }) => metadata.name));
    if (name !== undefined && taken.includes(name)) throw new Error(`there is a node ${name} already`);
    const chosen = name ?? freeName(machine.name, taken);
    const address = freeAddress(
      fabric.network,
      own.map((record) => record.address),
    );
    if (address === undefined) throw new Error(`no address is left in ${fabric.network}: --node-cidr gives more`);
    const podCidr = await registerNode(access, { name: chosen, labels, taints }, this.#parts);
    const record = { name: chosen, address, podCidr, labels, taints, on: true };
    const whole = memoryBytes === undefined ? record : { ...record, memoryBytes };
    writeNode(dataDirectory, whole);
    return whole;
  }

  async #end(name: string, end: (agent: SupervisedChild) => Promise<void>): Promise<void> {
    const { dataDirectory } = this.#parts;
    const record = this.#find(name);
    // Noted first: should this process die now, the node stays off.
    writeNode(dataDirectory, { ...record, on: false });
    const agent = this.#agents.get(name);
    if (agent !== undefined) await end(agent);
    this.#agents.delete(name);
    await closeCompartment(placesOf(dataDirectory).node(name).root);
  }

  async #forget(name: string): Promise<void> {
    const { dataDirectory } = this.#parts;
    await this.#agents.get(name)?.kill();
    this.#agents.delete(name);
    const { root } = placesOf(dataDirectory).node(name);
    await closeCompartment(root);
    await cleanAfterLife(dataDirectory, name);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }

  #find(name: string): NodeRecord {
    const { dataDirectory, machine } = this.#parts;
    const record = readNode(dataDirectory, name);
    if (record !== undefined) return record;
    if (name === machine.name) throw new Error(`${name} is this machine itself: 'wherry down' stops it`);
    const names = readNodes(dataDirectory).map((other) => other.name);
    throw new Error(
      `there is no node ${name} on this machine${names.length === 0 ? "" : `; there are ${names.join(", ")}`}`,
    );
  }
}

/** What an agent may take besides its pods' time. */
const SPARE_SECONDS = 10;
const UNLIMITED = { cpuShares: 1024, cpuQuota: -1, cpuPeriod: 100_000 } as const;
