import type { Service } from "../../../api/generated/core-v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { Log } from "../../../base/log.ts";
import type { Random } from "../../../base/random.ts";
import type { TaskGroup } from "../../../base/task-group.ts";
import type { Client } from "../../../client/client.ts";
import type { Informer } from "../../../client/informer.ts";
import type { EventRecorder } from "../../../client/recorder.ts";
import { Kubelet } from "../../../kubelet/kubelet.ts";
import type { PodFeed } from "../../../kubelet/node/pod-feed.ts";
import type { StaticPodSource } from "../../../kubelet/static-pods/folder.ts";
import type { SimulatedProcess } from "../process.ts";
import { simNetwork } from "./sim-network.ts";
import type { SimRuntimeParts } from "./sim-runtime.ts";
import { SimRuntime } from "./sim-runtime.ts";

export interface SimNodeOptions {
  readonly nodeName: string;
  /** Which of the simulated nodes it is, from 0: its addresses follow from it. */
  readonly index: number;
  readonly client: Client;
  /** Shared by all simulated nodes of the process. */
  readonly pods: PodFeed;
  readonly staticPods?: StaticPodSource;
  readonly services: Informer<Service>;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** The kubelet's process, where the machine may outlive it. */
  readonly process?: SimulatedProcess;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly maxPods?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly script?: SimRuntimeParts["script"];
  /** What a kubelet that was there before has left running. */
  readonly runtime?: SimRuntime;
}

export interface SimNode {
  readonly kubelet: Kubelet;
  readonly runtime: SimRuntime;
}

/** A node whose containers are imagined, run by the real kubelet. `kubelet.start()` begins it. */
export function simNode(options: SimNodeOptions): SimNode {
  const { nodeName, index, clock, process, log } = options;
  const random = options.random.stream(nodeName);
  let pods = 0;
  const podCIDR = `10.${(index >> 8) & 0xff}.${index & 0xff}`;
  const { script } = options;
  const nextIP = () => `${podCIDR}.${(pods++ % 253) + 2}`;
  const runtime =
    options.runtime ??
    new SimRuntime({ clock, random: random.stream("runtime"), nextIP, ...(script === undefined ? {} : { script }) });
  const address = `172.${16 + ((index >> 16) & 0xf)}.${(index >> 8) & 0xff}.${index & 0xff}`;
  const kubelet = new Kubelet({
    nodeName,
    addresses: [address],
    podCIDRs: [`${podCIDR}.0/24`],
    labels: { type: "simulated", ...options.labels },
    taints: [],
    client: options.client,
    pods: options.pods,
    ...(options.staticPods === undefined ? {} : { staticPods: options.staticPods }),
    services: options.services,
    recorder: options.recorder,
    runtime: process?.reach(runtime) ?? runtime,
    runtimeName: "simulated",
    network: simNetwork(runtime),
    disk: undefined,
    facts: {
      hostname: nodeName,
      maxPods: options.maxPods ?? 110,
      reserved: {},
      kubeletPort: 10250,
      runtimeVersion: "simulated://1.0.0",
      kubeletVersion: "v1.36.3",
      machine: {
        cpus: options.cpus ?? 32,
        memoryBytes: options.memoryBytes ?? 256 * 2 ** 30,
        ephemeralStorageBytes: 2 ** 40,
        machineId: nodeName,
        systemUuid: nodeName,
        bootId: nodeName,
        kernelVersion: "6.0.0",
        osImage: "Wherry simulation",
        operatingSystem: "linux",
        architecture: "amd64",
        swapBytes: 0,
      },
    },
    paths: { root: "/var/lib/kubelet", logs: "/var/log/pods" },
    dns: { servers: ["10.96.0.10"], domain: "cluster.local", host: { servers: [], searches: [], options: [] } },
    cgroupRoot: "",
    relist: false,
    clock: process?.clock ?? clock,
    random: random.stream("kubelet"),
    log,
    tasks: options.tasks,
  });
  return { kubelet, runtime };
}
