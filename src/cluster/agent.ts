import { existsSync, mkdirSync, readFileSync } from "node:fs";
import type { Taint } from "../api/generated/core-v1.ts";
import { Namespace } from "../api/core/v1/namespace.ts";
import { Service } from "../api/core/v1/service.ts";
import { EndpointSlice } from "../api/discovery/v1/endpoint-slice.ts";
import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { TaskGroup } from "../base/task-group.ts";
import { type Client, createClient } from "../client/client.ts";
import { createEventRecorder } from "../client/event-recorder.ts";
import { httpTransport } from "../client/http-transport.ts";
import { type Informer, type InformerParts, startInformer } from "../client/informer.ts";
import { startDns } from "../dns/dns.ts";
import { createClock } from "../host/node/clock.ts";
import { writePodNetwork } from "../host/node/cni/network.ts";
import { copyLoadedImages } from "../host/node/containerd/copy-images.ts";
import { GrpcChannel } from "../host/node/containerd/grpc.ts";
import { superviseContainerd, type SupervisedContainerd } from "../host/node/containerd/supervise.ts";
import { nodeDisk } from "../host/node/disk/node-disk.ts";
import { addLocalAddress } from "../host/node/dns/address.ts";
import { dnsPacketCodec } from "../host/node/dns/codec.ts";
import { startDnsServer } from "../host/node/dns/server.ts";
import { createHostUpstreams, nameServers } from "../host/node/dns/upstreams.ts";
import { type Carrier, createCarrier } from "../host/node/http/carrier.ts";
import { nodeMachine } from "../host/node/machine/machine.ts";
import { findHostParts, type HostParts } from "../host/node/packages/find.ts";
import { probeNetwork } from "../host/node/probe/probe-network.ts";
import { secureRandom } from "../host/node/random.ts";
import { startRegistry } from "../host/node/registry/registry.ts";
import { Kubelet } from "../kubelet/kubelet.ts";
import { ownPodFeed } from "../kubelet/node/pod-feed.ts";
import type { NetworkMode } from "../network/plan.ts";
import { bridgeOf } from "./bridge.ts";
import { startNetwork } from "./agent-network.ts";
import { SHUTDOWN_GRACE } from "./shutdown-grace.ts";
import { readCredentials } from "./credentials.ts";
import { keepIdentity } from "./join/identity.ts";
import { serveNode } from "./join/node-server.ts";
import { placesOf } from "./places.ts";

export interface AgentOptions {
  readonly dataDirectory: string;
  readonly nodeName: string;
  /** This node's own, at most one of each family, the primary one first. */
  readonly addresses: readonly string[];
  /** `https://…` of the API server. */
  readonly server: string;
  /** This node's part of the pods' network; here and in the next two, those of both families have a comma between. */
  readonly podCidr: string;
  readonly clusterPodCidr: string;
  readonly serviceCidr: string;
  readonly dnsAddress: string;
  /** What names of the cluster end in. */
  readonly domain: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly kubeletPort: number;
  /** How packets come to the pods of other nodes. */
  readonly network: NetworkMode;
  /** The addresses that the cluster gives to load balancers, for which nodes answer on their links. */
  readonly loadBalancerRange?: string;
  /** The node of the machine within which this one is; absent where it is a machine itself. */
  readonly machine?: string;
  /** How much of the machine's memory the node has; absent: all of it. */
  readonly memoryBytes?: number;
  /** Where the files of static pods lie, absolute; absent: in the place for them in the data directory. */
  readonly staticPodPath?: string;
  /** The socket of a sibling's containerd on this machine: what was loaded there is loaded here too. */
  readonly imagesFrom?: string;
  readonly log: Log;
}

/** Disposing it ends the agent, and nothing that runs. */
export interface RunningAgent extends AsyncDisposable {
  readonly tasks: TaskGroup;
  /** Ends the node's pods, as a machine does that shuts down. */
  shutDown(): Promise<void>;
}

const DNS_TTL_SECONDS = 5;
const MOST_PODS = 110;

/**
 * The agent of a node: containerd, the kubelet, the proxy and the cluster's names. It runs in the node's mount namespace,
 * speaks to the API server alone, and may be ended at any time: what runs, runs on.
 */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { log, nodeName } = options;
  const { parts, missing } = await hostParts();
  if (parts === undefined) throw new Error(`missing on this machine: ${missing.join(", ")}`);
  const clock = createClock({ holdProcess: true });
  await using opened = new AsyncDisposableStack();
  const tasks = opened.use(new TaskGroup());
  const places = placesOf(options.dataDirectory).node(nodeName);
  for (const directory of [places.kubelet, places.podLogs, places.manifests])
    mkdirSync(directory, { recursive: true, mode: 0o755 });
  const containerd = opened.use(
    await superviseContainerd({
      directory: places.containerd,
      parts,
      log: log.with({ component: "containerd" }),
      signal: tasks.signal,
      enter: [],
    }),
  );
  const podNetwork = {
    configurationDirectory: containerd.places.cniConfiguration,
    stateDirectory: containerd.places.cniState,
    bridge: bridgeOf(nodeName),
    podCIDRs: options.podCidr.split(","),
  };
  await writePodNetwork(podNetwork, parts);
  opened.use(
    await startRegistry({
      channel: containerd.runtime.channel,
      registries: containerd.places.registries,
      port: 0,
      log: log.with({ component: "registry" }),
    }),
  );
  await takeImages(options, containerd, tasks.signal);
  const credentials = readCredentials(places.credentials);
  if (credentials === undefined) throw new Error(`this machine has not joined as ${nodeName}`);
  const carrier = opened.use(
    createCarrier({ server: options.server, ca: credentials.authority, ...credentials.kubelet }),
  );
  const agent = agentWith({ options, clock, tasks, carrier, parts, log });
  await startNames(agent, opened);
  await startNetwork({ ...agent, client: clientOf(agent, "proxy") }, podNetwork, opened);
  const kubelet = await startKubelet(agent, containerd);
  const random = secureRandom();
  const shared = {
    credentials,
    directory: places.credentials,
    client: clientOf(agent, "kubelet"),
    clock,
    random,
    tasks,
  };
  keepIdentity({ ...shared, nodeName, carrier, log });
  const http = await serveNode({
    ...shared,
    kubelet,
    names: [nodeName, ...options.addresses],
    port: options.kubeletPort,
    log: log.with({ component: "kubelet-api" }),
  });
  opened.defer(() => http.close());
  const owned = opened.move();
  return { tasks, shutDown: () => kubelet.shutDown(SHUTDOWN_GRACE), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Images that no registry has, from a sibling that has them. That there is none is no error. */
async function takeImages(
  { imagesFrom, log }: AgentOptions,
  { runtime }: SupervisedContainerd,
  signal: AbortSignal,
): Promise<void> {
  if (imagesFrom === undefined || !existsSync(imagesFrom)) return;
  using sibling = new GrpcChannel(`unix://${imagesFrom}`);
  try {
    const names = await copyLoadedImages(sibling, runtime.channel, { signal });
    if (names.length > 0) log.info("images of another node of this machine are here too", { names });
  } catch (error) {
    log.warn("images of another node of this machine could not be taken", { error });
  }
}

interface Agent {
  readonly options: AgentOptions;
  readonly clock: Clock;
  readonly tasks: TaskGroup;
  /** To the API server, as the node. */
  readonly carrier: Carrier;
  readonly parts: HostParts;
  readonly log: Log;
  /** What the kubelet, the service rules and the names look at alike: watched once. */
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
}

function agentWith(parts: Omit<Agent, "services" | "slices">): Agent {
  const informers = informerParts(parts, clientOf(parts, "proxy"), "services");
  return {
    ...parts,
    services: startInformer(Service, informers),
    slices: startInformer(EndpointSlice, informers),
  };
}

/** All parts of an agent are the node to the API server; they are told apart by what they call themselves. */
function clientOf({ carrier }: Pick<Agent, "carrier">, part: "kubelet" | "proxy" | "dns"): Client {
  return createClient(httpTransport(carrier, `wherry-${part}/${KUBERNETES_VERSION}`));
}

function informerParts(
  { clock, tasks, log }: Omit<Agent, "services" | "slices">,
  client: Client,
  component: string,
): InformerParts {
  return { client, clock, tasks, random: secureRandom(), log: log.with({ component }) };
}

async function startNames(agent: Agent, opened: AsyncDisposableStack): Promise<void> {
  const { options, parts, clock, tasks, log, services, slices } = agent;
  const dns = startDns({
    services,
    slices,
    namespaces: startInformer(Namespace, informerParts(agent, clientOf(agent, "dns"), "dns")),
    config: { domain: options.domain, ttl: DNS_TTL_SECONDS, serverAddresses: [options.dnsAddress] },
    upstreams: createHostUpstreams({ resolvConf: RESOLV_CONF, ownAddresses: [options.dnsAddress] }),
    codec: dnsPacketCodec,
    clock,
    random: secureRandom(),
    log: log.with({ component: "dns" }),
    tasks,
  });
  await addLocalAddress(parts.ip, options.dnsAddress);
  tasks.spawn((signal) => keepAddress(agent, signal));
  opened.use(
    await startDnsServer({ dns, addresses: [options.dnsAddress], port: 53, log: log.with({ component: "dns" }) }),
  );
}

const KEEP_ADDRESS_EVERY_MS = 30_000;

/** Whatever else works on the machine's addresses: names are answered at this one. */
async function keepAddress({ options, parts, clock, log }: Agent, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(clock, KEEP_ADDRESS_EVERY_MS, { signal });
    await addLocalAddress(parts.ip, options.dnsAddress).catch((error: unknown) =>
      log.warn("the address of the cluster's names is not set", { error }),
    );
  }
}

const RESOLV_CONF = "/etc/resolv.conf";

async function startKubelet(agent: Agent, containerd: SupervisedContainerd): Promise<Kubelet> {
  const { options, clock, tasks, log } = agent;
  const client = clientOf(agent, "kubelet");
  const informers = informerParts(agent, client, "kubelet");
  const places = placesOf(options.dataDirectory).node(options.nodeName);
  const { runtime } = containerd;
  const machine = nodeMachine(places.root);
  const version = await runtime.version({ signal: tasks.signal });
  const facts = await machine.facts();
  const kubelet = new Kubelet({
    nodeName: options.nodeName,
    addresses: options.addresses,
    podCIDRs: options.podCidr.split(","),
    labels: options.labels,
    taints: options.taints,
    client,
    pods: ownPodFeed(options.nodeName, informers),
    staticPods: { path: options.staticPodPath ?? places.manifests, disk: nodeDisk },
    services: agent.services,
    recorder: createEventRecorder({ ...informers, component: "kubelet", host: options.nodeName }),
    runtime,
    runtimeName: "containerd",
    network: probeNetwork,
    disk: { disk: nodeDisk, machine },
    facts: {
      machine: { ...facts, memoryBytes: options.memoryBytes ?? facts.memoryBytes },
      // As a kubelet that is given its name: pods that ask for a host by its label mean the node.
      hostname: options.nodeName,
      maxPods: MOST_PODS,
      reserved: {},
      kubeletPort: options.kubeletPort,
      runtimeVersion: `containerd://${version.version}`,
      kubeletVersion: KUBERNETES_VERSION,
    },
    paths: { root: places.kubelet, logs: places.podLogs },
    dns: {
      servers: [options.dnsAddress],
      domain: options.domain,
      host: { servers: nameServers(readFileSync(RESOLV_CONF, "utf8")), searches: [], options: [] },
    },
    cgroupRoot: `/wherry-${options.nodeName}`,
    relist: true,
    clock,
    random: secureRandom(),
    log: log.with({ component: "kubelet" }),
    tasks,
  });
  await kubelet.start();
  return kubelet;
}

async function hostParts() {
  const found = await findHostParts();
  return { parts: found.parts, missing: found.missing };
}
