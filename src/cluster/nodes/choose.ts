import { formatIp, formatNetwork, type IpNetwork, networksOverlap, parseIp, parseNetwork } from "../../base/ip.ts";
import type { HostNetwork } from "../../host/node/machine/networks.ts";

const CANDIDATES = 256;

/**
 * The network between a machine and its further nodes: the one that was asked for, or the first of 10.89.0.0/24, 10.89.1.0/24, …
 * that nobody has. @throws with a sentence where it is none, or overlaps
 */
export function chooseFabric(wanted: string | undefined, taken: readonly HostNetwork[]): string {
  if (wanted !== undefined) {
    const network = parseNetwork(wanted);
    if (network?.family !== "IPv4" || network.prefixLength > 29)
      throw new Error(`--node-cidr is a network for nodes such as 10.89.0.0/24, not ${wanted}`);
    const other = overlapping(network, taken);
    if (other !== undefined)
      throw new Error(`--node-cidr ${wanted} overlaps ${other.cidr}, which this machine has on ${other.device}`);
    return formatNetwork(network);
  }
  for (let index = 0; index < CANDIDATES; index++) {
    const text = `10.89.${index}.0/24`;
    if (overlapping(parseNetwork(text)!, taken) === undefined) return text;
  }
  throw new Error("no network is free for further nodes: name one by --node-cidr");
}

function overlapping(network: IpNetwork, taken: readonly HostNetwork[]): HostNetwork | undefined {
  return taken.find((other) => {
    const found = parseNetwork(other.cidr);
    return found !== undefined && networksOverlap(network, found);
  });
}

/** The network of IPv6 beside one of IPv4: 10.89.0.0/24 and fd00:10:89::/64. It is nobody else's (RFC 4193). */
export function fabric6(fabric: string): string {
  const [a, b, c] = fabric.split(/[./]/);
  return formatNetwork(parseNetwork(`fd00:${a}:${b}:${c}::/64`)!);
}

/** The address of IPv6 beside a node's address in the fabric: the same number in the other network. */
export function address6(fabric: string, address: string): string {
  const number = parseIp(address)!.value - parseNetwork(fabric)!.value;
  return formatIp({ family: "IPv6", value: parseNetwork(fabric6(fabric))!.value + number });
}

/** The first free address for a node; the first of the network is the machine's. Undefined where it is full. */
export function freeAddress(fabric: string, taken: readonly string[]): string | undefined {
  const network = parseNetwork(fabric)!;
  const used = new Set(taken.map((text) => parseIp(text)?.value));
  const broadcast = network.value + (1n << BigInt(32 - network.prefixLength)) - 1n;
  for (let value = network.value + 2n; value < broadcast; value++) {
    if (!used.has(value)) return formatIp({ family: "IPv4", value });
  }
  return undefined;
}

/** `box-2`, `box-3`, …: the first that is free. */
export function freeName(first: string, taken: readonly string[]): string {
  for (let number = 2; ; number++) {
    const name = `${first}-${number}`;
    if (!taken.includes(name)) return name;
  }
}
