import { generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../../src/api/generated/core-v1.ts";
import { defaultSettings } from "../../src/apiserver/server.ts";
import { objectCodec } from "../../src/apiserver/storage/codec.ts";
import { createLog } from "../../src/base/log.ts";
import { TaskGroup } from "../../src/base/task-group.ts";
import type { Client } from "../../src/client/client.ts";
import { createClient } from "../../src/client/client.ts";
import { startInformer } from "../../src/client/informer.ts";
import { startControlPlane } from "../../src/cluster/control-plane.ts";
import { adminUser } from "../../src/cluster/identities.ts";
import { createClock } from "../../src/host/node/clock.ts";
import type { CriRuntime } from "../../src/host/node/containerd/cri.ts";
import { loadImageFile } from "../../src/host/node/containerd/image-load.ts";
import type { SupervisedContainerd } from "../../src/host/node/containerd/supervise.ts";
import { superviseContainerd } from "../../src/host/node/containerd/supervise.ts";
import { writePodNetwork } from "../../src/host/node/cni/network.ts";
import { nodeDisk } from "../../src/host/node/disk/node-disk.ts";
import { nodeMachine } from "../../src/host/node/machine/machine.ts";
import { findHostParts } from "../../src/host/node/packages/find.ts";
import { createTokenSigner } from "../../src/host/node/pki/token-signer.ts";
import { probeNetwork } from "../../src/host/node/probe/probe-network.ts";
import { secureRandom } from "../../src/host/node/random.ts";
import { Kubelet } from "../../src/kubelet/kubelet.ts";
import type { ContainerRuntime } from "../../src/kubelet/ports/runtime.ts";
import { ConfigMapKind, PodKind, ServiceAccountKind, ServiceKind } from "../../src/kubelet/kinds.ts";
import { ownPodFeed } from "../../src/kubelet/node/pod-feed.ts";
import type { Draft, KubeObject } from "../../src/machinery/object.ts";
import { isStatus } from "../../src/machinery/status.ts";
import { memoryEngine } from "../../src/store/memory-engine.ts";
import { openStore } from "../../src/store/store.ts";
import { buildImages } from "../../tools/images/build.ts";

export const BRIDGE = "wherrykubelet0";
export const CGROUPS = "/wherry-kubelet-test";

/** One real node over containerd, with an API server in this process. */
export interface RealNode extends AsyncDisposable {
  readonly client: Client;
  readonly runtime: CriRuntime;
  readonly signal: AbortSignal;
  readonly events: string[];
  readonly kubelet: Kubelet;
  readonly directory: string;
  create(pod: Draft<Pod>): Promise<Pod>;
  get(name: string): Promise<Pod | undefined>;
  /** Waits until the pod is as wanted; undefined stands for a pod that is gone. @returns how many milliseconds it took */
  until(name: string, wanted: (pod: Pod | undefined) => boolean, patienceMs?: number): Promise<number>;
  /** How long the runtime's own calls took for the first start of a pod. */
  runtimeMs(name: string): number;
  restartKubelet(): Promise<void>;
}

/** @param directory holds everything of the node; this process must be in its mount namespace */
export async function startRealNode(directory: string, images: readonly string[]): Promise<RealNode> {
  const { parts } = await findHostParts();
  if (parts === undefined) throw new Error("this machine cannot run containers");
  const ending = new AbortController();
  const log = createLog((level, message, fields) => {
    if (level !== "debug" && process.env["VERBOSE"] !== undefined) console.error(level, message, fields);
  });
  const containerd = await superviseContainerd({ directory, parts, log, signal: ending.signal, enter: [] });
  await prepareNetworkAndImages(containerd, parts, images);
  const tasks = new TaskGroup();
  const clock = createClock({ holdProcess: false });
  const random = secureRandom();
  const store = await openStore<KubeObject>({
    engine: memoryEngine(),
    codec: objectCodec({ frozen: true }),
    clock,
    log,
  });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const plane = await startControlPlane({
    store,
    clock,
    random,
    log,
    signer: createTokenSigner(privateKey.export({ type: "pkcs8", format: "pem" }) as string),
    settings: defaultSettings,
    endpoint: { address: "192.0.2.1", port: 6443 },
    controllers: () => [],
    scheduler: false,
  });
  const client = createClient(plane.server.transport(adminUser, "kubelet-test"));
  const { signal } = tasks;
  const inDefault = (name: string) => ({ metadata: { name, namespace: "default" } });
  await client.create(ServiceAccountKind, inDefault("default"), { signal });
  await client.create(
    ConfigMapKind,
    { ...inDefault("kube-root-ca.crt"), data: { "ca.crt": "certificate" } },
    { signal },
  );
  const events: string[] = [];
  const root = join(directory, "kubelet");
  await mkdir(root, { recursive: true });
  await mkdir(join(directory, "manifests"), { recursive: true });
  const machine = nodeMachine(root);
  const machineFacts = await machine.facts();
  const times = new Map<string, number>();
  let kubeletTasks = new TaskGroup(signal);
  const begin = () => {
    const shared = { client, clock, random, log, tasks: kubeletTasks };
    return new Kubelet({
      ...shared,
      nodeName: "node-1",
      addresses: ["127.0.0.1"],
      podCIDRs: ["10.196.0.0/24"],
      labels: {},
      taints: [],
      pods: ownPodFeed("node-1", shared),
      staticPods: { path: join(directory, "manifests"), disk: nodeDisk },
      services: startInformer(ServiceKind, shared),
      recorder: { record: (_target, type, reason, message) => void events.push(`${type} ${reason} ${message}`) },
      runtime: timedRuntime(containerd.runtime, times),
      runtimeName: "containerd",
      network: probeNetwork,
      disk: { disk: nodeDisk, machine },
      facts: {
        hostname: "node-1",
        maxPods: 110,
        reserved: {},
        kubeletPort: 10250,
        runtimeVersion: "containerd://1.6",
        kubeletVersion: "v1.36.3",
        machine: machineFacts,
      },
      paths: { root, logs: join(directory, "logs") },
      dns: {
        servers: ["10.96.0.10"],
        domain: "cluster.local",
        host: { servers: ["127.0.0.1"], searches: [], options: [] },
      },
      cgroupRoot: CGROUPS,
      relist: true,
    });
  };
  let kubelet = begin();
  await kubelet.start();
  const get = (name: string) =>
    client.get(PodKind, { namespace: "default", name }, { signal }).catch((error: unknown) => {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    });
  return {
    client,
    runtime: containerd.runtime,
    signal,
    events,
    directory,
    get kubelet() {
      return kubelet;
    },
    create: (pod) => client.create(PodKind, pod, { signal }),
    get,
    async until(name, wanted, patienceMs = 15_000) {
      const began = performance.now();
      let seen: Pod | undefined;
      while (performance.now() - began < patienceMs) {
        seen = await get(name);
        if (wanted(seen)) return performance.now() - began;
        await sleep(2);
      }
      throw new Error(`pod ${name} is not as wanted: ${JSON.stringify(seen?.status)}\n${events.join("\n")}`);
    },
    runtimeMs: (name) => times.get(name) ?? 0,
    async restartKubelet() {
      kubeletTasks.abort();
      await kubeletTasks.done();
      kubeletTasks = new TaskGroup(signal);
      kubelet = begin();
      await kubelet.start();
    },
    async [Symbol.asyncDispose]() {
      tasks.abort();
      await tasks.done();
      await plane[Symbol.asyncDispose]();
      await containerd[Symbol.asyncDispose]();
      ending.abort();
    },
  };
}

async function prepareNetworkAndImages(
  containerd: SupervisedContainerd,
  parts: Parameters<typeof writePodNetwork>[1],
  images: readonly string[],
): Promise<void> {
  const { cniConfiguration, cniState } = containerd.places;
  const network = {
    configurationDirectory: cniConfiguration,
    stateDirectory: cniState,
    bridge: BRIDGE,
    podCIDRs: ["10.196.0.0/24"],
  };
  await writePodNetwork(network, parts);
  const { signal } = new AbortController();
  for (const path of await buildImages(images, { progress: () => {} })) {
    await loadImageFile(containerd.runtime.channel, path, { signal });
  }
  for (let tries = 0; tries < 200; tries++) {
    if ((await containerd.runtime.status({ signal })).every(({ status }) => status)) return;
    await sleep(25);
  }
  throw new Error("the pod network does not become ready");
}

/** Adds up by pod what sandbox, create and start take. */
function timedRuntime(runtime: CriRuntime, times: Map<string, number>): ContainerRuntime {
  const timed = async <T>(pod: string, work: Promise<T>): Promise<T> => {
    const before = performance.now();
    const result = await work;
    times.set(pod, (times.get(pod) ?? 0) + performance.now() - before);
    return result;
  };
  const pods = new Map<string, string>();
  return {
    ...runtime,
    runSandbox: (config, waits) => timed(config.identity.name, runtime.runSandbox(config, waits)),
    async createContainer(sandboxId, config, sandbox, waits) {
      const id = await timed(sandbox.identity.name, runtime.createContainer(sandboxId, config, sandbox, waits));
      pods.set(id, sandbox.identity.name);
      return id;
    },
    startContainer: (id, waits) => timed(pods.get(id) ?? "", runtime.startContainer(id, waits)),
  };
}
