import { parse, stringify } from "yaml";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import { type Client, mergePatch } from "../client/client.ts";
import type { NetworkMode } from "../network/plan.ts";
import { isStatus } from "../machinery/status.ts";

/** What all nodes of a cluster have to agree on. */
export interface ClusterNetworks {
  /** The addresses of all pods. */
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** What names of the cluster end in. */
  readonly domain: string;
  /** How packets come to the pods of other nodes. */
  readonly network: NetworkMode;
  /** The addresses that the cluster gives to load balancers; undefined: none of its own. */
  readonly loadBalancerRange: string | undefined;
}

/** As kubeadm calls it: tools, and machines that join, look for it there. */
export const CLUSTER_CONFIGURATION = { namespace: "kube-system", name: "kubeadm-config" } as const;
const KEY = "ClusterConfiguration";
/** Beside kubeadm's, whose configuration leaves it to others how pods reach each other. */
const NETWORK_KEY = "network";
const BALANCERS_KEY = "loadBalancerRange";

/** The networks that a cluster is made with; its domain is the one that everybody has. */
export function networksOf({
  podCidr,
  serviceCidr,
  network = "auto",
  loadBalancerRange,
}: Pick<ClusterNetworks, "podCidr" | "serviceCidr"> & Partial<ClusterNetworks>): ClusterNetworks {
  return { podCidr, serviceCidr, network, loadBalancerRange, domain: "cluster.local" };
}

/** Says with what networks the cluster was made. @param endpoint `192.0.2.1:6443`, where it is reached */
export async function ensureClusterConfiguration(
  client: Client,
  { podCidr, serviceCidr, network, loadBalancerRange = "", domain }: ClusterNetworks,
  endpoint: string,
  signal: AbortSignal,
): Promise<void> {
  const configuration = {
    apiVersion: "kubeadm.k8s.io/v1beta4",
    kind: KEY,
    clusterName: "wherry",
    controlPlaneEndpoint: endpoint,
    kubernetesVersion: KUBERNETES_VERSION,
    networking: { dnsDomain: domain, podSubnet: podCidr, serviceSubnet: serviceCidr },
  };
  const data = { [KEY]: stringify(configuration), [NETWORK_KEY]: network, [BALANCERS_KEY]: loadBalancerRange };
  try {
    await client.create(ConfigMap, { metadata: CLUSTER_CONFIGURATION, data }, { signal });
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
    // The cluster may have been started anew with other networks, or at another address.
    await client.patch(ConfigMap, CLUSTER_CONFIGURATION, mergePatch({ data }), { signal });
  }
}

/** @throws {StatusError} where it may not be read, an Error where it does not say what it should. */
export async function readClusterConfiguration(client: Client, signal: AbortSignal): Promise<ClusterNetworks> {
  const { data } = await client.get(ConfigMap, CLUSTER_CONFIGURATION, { signal });
  const { networking } = (parse(data?.[KEY] ?? "") ?? {}) as {
    readonly networking?: { readonly dnsDomain?: string; readonly podSubnet?: string; readonly serviceSubnet?: string };
  };
  const { dnsDomain, podSubnet, serviceSubnet } = networking ?? {};
  if (dnsDomain === undefined || podSubnet === undefined || serviceSubnet === undefined) {
    const { namespace, name } = CLUSTER_CONFIGURATION;
    throw new Error(`the ConfigMap ${namespace}/${name} does not tell the cluster's networks`);
  }
  const network = (data?.[NETWORK_KEY] ?? "auto") as NetworkMode;
  const range = data?.[BALANCERS_KEY] ?? "";
  const loadBalancerRange = range === "" ? undefined : range;
  return { domain: dnsDomain, podCidr: podSubnet, serviceCidr: serviceSubnet, network, loadBalancerRange };
}
