import { Node } from "../../api/core/v1/node.ts";
import { ServiceCIDR } from "../../api/networking/v1/service-cidr.ts";
import type { Taint } from "../../api/generated/core-v1.ts";
import { serviceAddress } from "../../apiserver/services/range.ts";
import type { Clock } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import type { Draft } from "../../machinery/object.ts";
import type { NetworkMode } from "../../network/plan.ts";
import { isStatus } from "../../machinery/status.ts";
import { readClusterConfiguration } from "../cluster-configuration.ts";
import { DNS_INDEX } from "../dns-address.ts";
import { podPartOf } from "../pod-part.ts";

/** What a node wishes to be. */
export interface NodeWishes {
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Given to the node when it is new; afterwards they are others' to change. */
  readonly taints: readonly Taint[];
}

/** What the cluster says of itself to a node, and what it gives to it. */
export interface NodePlace {
  /** The node's part of the pods' network. */
  readonly podCidr: string;
  readonly clusterPodCidr: string;
  readonly serviceCidr: string;
  readonly dnsAddress: string;
  readonly domain: string;
  readonly network: NetworkMode;
  readonly loadBalancerRange?: string;
}

/**
 * Registers the node, and waits for the part of the pods' network that it gets. @param client acts as the node.
 * @throws {StatusError} where the API server refuses, an Error with a sentence where there is no network to be had.
 */
export async function settle(
  client: Client,
  wishes: NodeWishes,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<NodePlace> {
  const configuration = await readClusterConfiguration(client, signal);
  const { podCidr: clusterPodCidr, domain, network, loadBalancerRange: range } = configuration;
  const shared = { clusterPodCidr, domain, network, ...(range === undefined ? {} : { loadBalancerRange: range }) };
  const serviceCidr = await serviceNetwork(client, signal);
  const dnsAddress = serviceAddress(serviceCidr, DNS_INDEX);
  await register(client, wishes, signal);
  const look = () => client.get(Node, { name: wishes.nodeName }, { signal });
  const podCidr = await podPartOf(wishes.nodeName, look, { clock, signal });
  return { ...shared, podCidr, serviceCidr, dnsAddress };
}

/** The networks that the cluster was made with; more may have come since, and are routed by what Services say. */
async function serviceNetwork(client: Client, signal: AbortSignal): Promise<string> {
  const { items } = await client.list(ServiceCIDR, { signal });
  const cidrs = items.find(({ metadata }) => metadata.name === "kubernetes")?.spec.cidrs ?? [];
  if (cidrs.length === 0) throw new Error("the cluster has no ServiceCIDR kubernetes: its services have no network");
  return cidrs.join(",");
}

/** The kubelet, once it runs, says the rest of what its node is. */
async function register(client: Client, { nodeName, labels, taints }: NodeWishes, signal: AbortSignal): Promise<void> {
  const draft = {
    metadata: { name: nodeName, labels },
    spec: taints.length === 0 ? {} : { taints },
  } as unknown as Draft<Node>;
  const cause = { actor: `kubelet/${nodeName}`, saw: [], reason: "a machine joins" };
  await client.create(Node, draft, { signal, cause }).catch((error: unknown) => {
    if (!isStatus(error, "AlreadyExists")) throw error;
  });
}
