import { ensureFabric, FABRIC_BRIDGE } from "../../host/node/compartments/fabric.ts";
import { defaultRouteMtu } from "../../host/node/cni/network.ts";
import type { HostParts } from "../../host/node/packages/find.ts";
import { otherLinks } from "../../host/node/routes/engine.ts";
import { TUNNEL_DEVICE } from "../../network/plan.ts";
import { bridgeOf } from "../bridge.ts";
import type { HostNetwork } from "../../host/node/machine/networks.ts";
import { chooseFabric, fabric6 } from "./choose.ts";
import { readFabricNetwork, readNodes, writeFabricNetwork } from "./record.ts";

/** The network between a machine and its further nodes, as it has been made. */
export interface FabricNetwork {
  /** Such as `10.89.0.0/24`. */
  readonly network: string;
  /** Such as `fd00:10:89::/64`; absent where the cluster has no IPv6. */
  readonly network6?: string;
  /** Of every cable, in bytes. */
  readonly mtu: number;
}

export interface FabricWish {
  readonly dataDirectory: string;
  /** The machine's name as a node. */
  readonly nodeName: string;
  /** What `--node-cidr` says. */
  readonly nodeCidr: string | undefined;
  /** The networks of pods and Services. */
  readonly inside: readonly string[];
}

/** Makes the network between the nodes of this machine. @throws with a sentence, before anything is changed */
export async function openFabric(wish: FabricWish, parts: HostParts, signal: AbortSignal): Promise<FabricNetwork> {
  const network = await fabricFor(wish, parts, signal);
  const mtu = await defaultRouteMtu(parts);
  const hasSix = wish.inside.some((text) => text.includes(":"));
  const fabric = { network, mtu, ...(hasSix ? { network6: fabric6(network) } : {}) };
  await ensureFabric({ ...fabric, inside: wish.inside }, parts, signal);
  writeFabricNetwork(wish.dataDirectory, network);
  return fabric;
}

/** Which network it is: that of before, or one that overlaps nothing. Changes nothing. @throws with a sentence */
export async function fabricFor(wish: FabricWish, parts: HostParts, signal: AbortSignal): Promise<string> {
  const { dataDirectory, nodeName, nodeCidr, inside } = wish;
  const kept = readFabricNetwork(dataDirectory);
  const isUsed = readNodes(dataDirectory).length > 0;
  if (kept !== undefined && isUsed && nodeCidr !== undefined && nodeCidr !== kept)
    throw new Error(`the nodes of this cluster are in ${kept}: --node-cidr cannot move them to ${nodeCidr}`);
  if (kept !== undefined && (isUsed || nodeCidr === undefined)) return kept;
  const own = inside.map((text) => ({ cidr: text, device: "pods and services" }));
  return chooseFabric(nodeCidr, [...own, ...(await takenNetworks(nodeName, parts, signal))]);
}

/** The networks that this machine reaches by devices that no node of the cluster made. */
export async function takenNetworks(
  nodeName: string,
  { ip }: HostParts,
  signal: AbortSignal,
): Promise<readonly HostNetwork[]> {
  const own = new Set([bridgeOf(nodeName), FABRIC_BRIDGE, TUNNEL_DEVICE]);
  const links = await otherLinks([ip], signal);
  return links.filter(({ device }) => !own.has(device)).map(({ network, device }) => ({ cidr: network, device }));
}
