import { Node } from "../api/core/v1/node.ts";
import type { Service } from "../api/core/v1/service.ts";
import type { EndpointSlice } from "../api/discovery/v1/endpoint-slice.ts";
import type { Clock } from "../base/clock.ts";
import { ipFamily } from "../base/ip.ts";
import { parseIpRanges } from "../base/ip-range.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { type Informer, startInformer } from "../client/informer.ts";
import { type PodNetwork, writePodNetwork } from "../host/node/cni/network.ts";
import { claimNetwork } from "../host/node/machine/network-claim.ts";
import { createNftablesEngine } from "../host/node/nftables/engine.ts";
import { createFlowTable } from "../host/node/nftables/flows.ts";
import { createHealthCheckServers } from "../host/node/nftables/health-checks.ts";
import { ensureServiceRoute, prepareKernel } from "../host/node/nftables/kernel.ts";
import type { HostParts } from "../host/node/packages/find.ts";
import { secureRandom } from "../host/node/random.ts";
import { createNetworkEngine } from "../host/node/routes/engine.ts";
import { openNeighbourWire } from "../host/node/routes/neighbour-wire.ts";
import { startAnnouncing } from "../network/announcing.ts";
import { startPodNetwork } from "../network/network.ts";
import type { NeighbourWire } from "../network/ports.ts";
import { startProxy } from "../proxy/proxy.ts";
import { defaultFrame, type Frame } from "../proxy/rules.ts";
import type { AgentOptions } from "./agent.ts";
import { NEIGHBOUR_PORT } from "./kubelet-port.ts";

interface NetworkParts {
  readonly options: AgentOptions;
  readonly client: Client;
  readonly clock: Clock;
  readonly tasks: TaskGroup;
  readonly parts: HostParts;
  readonly log: Log;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
}

/**
 * A node's part of the cluster's network: rules of Services, ways to the pods of other nodes, addresses of load balancers. All
 * follow the same objects.
 */
export async function startNetwork(
  agent: NetworkParts,
  podNetwork: PodNetwork,
  opened: AsyncDisposableStack,
): Promise<void> {
  const { options, client, parts, clock, tasks, log } = agent;
  const { nodeName, loadBalancerRange } = options;
  await claimNetwork({ dataDirectory: options.dataDirectory, nodeName });
  const own = (component: string) => ({ clock, random: secureRandom(), log: log.with({ component }), tasks });
  const { services, slices } = agent;
  const seen = { services, slices, nodes: startInformer(Node, { ...own("proxy"), client }) };
  const engine = createNetworkEngine([parts.ip], options.addresses[0]!);
  startPodNetwork({
    ...own("network"),
    nodes: seen.nodes,
    own: {
      name: nodeName,
      addresses: options.addresses,
      podCIDRs: options.podCidr.split(","),
      machine: options.machine,
    },
    mode: options.network,
    engine,
    async annotate(annotations, signal) {
      const cause = { actor: `kubelet/${nodeName}`, saw: [], reason: "the node tells how it is reached" };
      const patch = mergePatch({ metadata: { annotations } });
      await client.patch(Node, { name: nodeName }, patch, { signal, cause });
    },
    onPodMtu: (mtu) => writePodNetwork({ ...podNetwork, mtu }, parts),
  });
  const ranges = loadBalancerRange === undefined ? undefined : parseIpRanges(loadBalancerRange);
  if (ranges !== undefined) {
    startAnnouncing({
      ...own("announcements"),
      ...seen,
      ownName: nodeName,
      ranges,
      engine,
      wire: await neighbourWire(options.addresses[0]!, opened, log),
    });
  }
  const frame = frameOf(options);
  await prepareKernel(frame, { signal: tasks.signal });
  for (const network of frame.serviceNetworks) {
    const address = options.addresses.find((own) => ipFamily(own) === ipFamily(network));
    await ensureServiceRoute([parts.ip], network, address, { signal: tasks.signal });
  }
  startProxy({
    ...own("proxy"),
    ...seen,
    node: nodeName,
    frame,
    engine: opened.use(createNftablesEngine({ clock, nft: [parts.nft] })),
    flows: createFlowTable([parts.conntrack]),
    healthChecks: opened.use(createHealthCheckServers()),
  });
}

/** Without it, addresses of load balancers move when Kubernetes calls a node lost. */
async function neighbourWire(
  address: string,
  opened: AsyncDisposableStack,
  log: Log,
): Promise<NeighbourWire | undefined> {
  try {
    return opened.use(await openNeighbourWire(address, NEIGHBOUR_PORT));
  } catch (error) {
    log.warn("neighbours cannot be heard", { port: NEIGHBOUR_PORT, error });
    return undefined;
  }
}

function frameOf({ clusterPodCidr, serviceCidr, dnsAddress, podCidr, addresses }: AgentOptions): Frame {
  const serviceNetworks = serviceCidr.split(",");
  return {
    ...defaultFrame,
    families: serviceNetworks.map(ipFamily),
    clusterNetworks: clusterPodCidr.split(","),
    serviceNetworks,
    ownAddresses: [dnsAddress],
    egressNetworks: podCidr.split(","),
    loopbackNodePorts: true,
    nodeAddresses: addresses,
  };
}
