import type { User } from "../apiserver/auth/user.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { Transport } from "../client/call.ts";
import { createClient } from "../client/client.ts";
import { createEventRecorder } from "../client/event-recorder.ts";
import { type Informer, startInformer } from "../client/informer.ts";
import { coarseClock } from "../host/sim/coarse-clock.ts";
import { type SimNode, simNode, type SimNodeOptions } from "../host/sim/runtime/sim-kubelet.ts";
import { type SimulatedProcess, simulatedProcess } from "../host/sim/process.ts";
import { ServiceKind } from "../kubelet/kinds.ts";
import type { Service } from "../api/generated/core-v1.ts";
import { type PodFeed, sharedPodFeed } from "../kubelet/node/pod-feed.ts";
import { adminUser } from "./identities.ts";

export interface SimulatedNodesParts {
  readonly count: number;
  readonly machine?: Pick<SimNodeOptions, "cpus" | "memoryBytes" | "maxPods" | "labels" | "script">;
  /** The nodes are called by it and their number, from 1. Default `node-`. */
  readonly namePrefix?: string;
  /** The way to the API server, under an identity. */
  readonly transport: (user: User, userAgent: string) => Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/** One imagined machine with a real kubelet on it. */
export interface SimulatedNode {
  readonly name: string;
  /** Its kubelet runs. */
  readonly alive: boolean;
  /** The newest of its lives; also after it ended. */
  readonly node: SimNode;
  /** Ends the kubelet at once; the containers run on. */
  killKubelet(): void;
  /** The power goes: kubelet and containers are gone at once. */
  crash(): void;
  /** Starts the kubelet, after a crash on an empty machine. Resolves once the node is registered. */
  start(): Promise<void>;
}

/** Starts so many nodes whose containers are imagined. Resolves once all are registered. */
export async function startSimulatedNodes(given: SimulatedNodesParts): Promise<readonly SimulatedNode[]> {
  const parts = { ...given, clock: coarseClock(given.clock) };
  const { clock, log, tasks, random, namePrefix = "node-" } = parts;
  const client = createClient(parts.transport(readerUser, "kubelet"));
  const informers = { client, clock, log, tasks, random: random.stream("simulated-nodes") };
  const pods = sharedPodFeed(informers);
  const services = startInformer(ServiceKind, informers);
  const nodes = Array.from(
    { length: parts.count },
    (_, index) => new Machine(parts, { name: `${namePrefix}${index + 1}`, index, pods, services }),
  );
  await Promise.all(nodes.map((node) => node.start()));
  return nodes;
}

/** Reads the pods and services of all nodes of the process in one watch each. */
const readerUser: User = { ...adminUser, name: "system:simulated-nodes" };

interface Place {
  readonly name: string;
  readonly index: number;
  readonly pods: PodFeed;
  readonly services: Informer<Service>;
}

class Machine implements SimulatedNode {
  readonly name: string;
  readonly #parts: SimulatedNodesParts;
  readonly #place: Place;
  #starts = 0;
  #life: Life | undefined;
  /** What is gone when the power goes; undefined then. */
  #power: SimulatedProcess | undefined;

  constructor(parts: SimulatedNodesParts, place: Place) {
    this.name = place.name;
    this.#parts = parts;
    this.#place = place;
  }

  get alive(): boolean {
    return this.#life?.alive === true;
  }

  get node(): SimNode {
    if (this.#life === undefined) throw new Error(`${this.name} was never started`);
    return this.#life.node;
  }

  killKubelet(): void {
    this.#life?.end();
  }

  crash(): void {
    this.#life?.end();
    this.#power?.kill();
    this.#power = undefined;
  }

  async start(): Promise<void> {
    if (this.alive) return;
    this.#starts += 1;
    const left = this.#power === undefined ? undefined : this.#life?.node.runtime;
    this.#power ??= simulatedProcess(this.#parts.clock);
    this.#life = beginLife(this.#parts, this.#place, this.#starts, this.#power.clock, left);
    await this.#life.node.kubelet.start();
  }
}

interface Life {
  readonly node: SimNode;
  readonly alive: boolean;
  end(): void;
}

/** The kubelet's process, from its start to its end. */
function beginLife(
  parts: SimulatedNodesParts,
  { name, index, pods, services }: Place,
  start: number,
  machineClock: Clock,
  runtime: SimNode["runtime"] | undefined,
): Life {
  const process = simulatedProcess(parts.clock);
  const ended = Promise.withResolvers<void>();
  parts.tasks.signal.addEventListener("abort", () => ended.resolve(), { once: true });
  const log = parts.log.with({ node: name });
  const tasks = new TaskGroup(parts.tasks.signal);
  // A kubelet that fails of itself is a bug, and told to whoever started it; one that was killed never ends its tasks.
  parts.tasks.spawn(() => Promise.race([tasks.done(), ended.promise]));
  const client = createClient(process.over(parts.transport(nodeUser(name), "kubelet")));
  const ownPods: PodFeed = {
    synced: pods.synced,
    subscribe(nodeName, listener) {
      const end = pods.subscribe(nodeName, listener);
      tasks.signal.addEventListener("abort", end, { once: true });
      return end;
    },
  };
  const node = simNode({
    nodeName: name,
    index,
    client,
    pods: ownPods,
    services,
    recorder: createEventRecorder({ client, clock: process.clock, log, tasks, component: "kubelet", host: name }),
    clock: machineClock,
    process,
    random: start === 1 ? parts.random : parts.random.stream(`start ${start}`),
    log,
    tasks,
    ...parts.machine,
    ...(runtime === undefined ? {} : { runtime }),
  });
  return {
    node,
    get alive() {
      return process.alive && !tasks.signal.aborted;
    },
    end() {
      process.kill();
      ended.resolve();
      tasks.abort();
    },
  };
}

/** The identity of a node's kubelet. */
function nodeUser(name: string): User {
  return { name: `system:node:${name}`, uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };
}
