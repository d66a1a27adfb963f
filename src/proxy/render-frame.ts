import type { IpFamily } from "../base/ip.ts";
import { addressType, hex, markForMasquerade, nameOf, networksOf, ofFamily, tableOf } from "./render-words.ts";
import type { Collection, Frame } from "./rules.ts";
import { COLLECTIONS } from "./rules.ts";

/**
 * The base chains, in which traffic meets the collections. Priorities are just before those of other tools' NAT rules
 * (dnat -100): source ranges are checked on the address that the client used, so before our own.
 */
const BASE_CHAINS: readonly (readonly [name: string, hook: string])[] = [
  ["filter-prerouting", "type filter hook prerouting priority -120"],
  ["filter-output-before-nat", "type filter hook output priority -120"],
  ["filter-input", "type filter hook input priority 0"],
  ["filter-forward", "type filter hook forward priority 0"],
  ["filter-output", "type filter hook output priority 0"],
  ["nat-prerouting", "type nat hook prerouting priority -110"],
  ["nat-output", "type nat hook output priority -110"],
  ["nat-postrouting", "type nat hook postrouting priority 100"],
];

/** All that does not depend on any service. */
export function renderFrame(frame: Frame, family: IpFamily): readonly string[] {
  const table = tableOf(family);
  const chains = new Map<string, readonly string[]>([
    ["refuse", ["meta l4proto tcp reject with tcp reset", "reject"]],
    ["check-sources", [`${packetDestination(family)} vmap @guarded-addresses`]],
    ["check-unserved", [`${packetDestination(family)} vmap @unserved-addresses`]],
    ["check-unserved-node-ports", nodePortMatches(frame, family).map((match) => `${match} vmap @unserved-node-ports`)],
    ["check-cluster-addresses", clusterAddressRules(frame, family)],
    ["services", serviceRules(frame, family)],
    ["masquerading", masqueradeRules(frame, family)],
  ]);
  const baseRules: readonly (readonly [chain: string, rule: string])[] = [
    // A kernel that lets replies reach 127.0.0.1 would let others reach it as well.
    ...(servesLoopback(frame, family) ? [["filter-prerouting", 'iif != "lo" ip daddr 127.0.0.0/8 drop'] as const] : []),
    ["filter-prerouting", "ct state new jump check-sources"],
    ["filter-output-before-nat", "ct state new jump check-sources"],
    ["filter-input", "ct state new jump check-unserved-node-ports"],
    ["filter-input", "ct state new jump check-unserved"],
    ["filter-forward", "ct state new jump check-unserved"],
    ["filter-forward", "ct state new jump check-cluster-addresses"],
    ["filter-output", "ct state new jump check-unserved"],
    ["filter-output", "ct state new jump check-cluster-addresses"],
    ["nat-prerouting", "jump services"],
    ["nat-output", "jump services"],
    ["nat-postrouting", "jump masquerading"],
  ];
  return [
    `add table ${table}`,
    ...BASE_CHAINS.map(([name, hook]) => `add chain ${table} ${name} { ${hook}; policy accept; }`),
    ...COLLECTIONS.map((name) => collectionLine(family, name)),
    ...chains.keys().map((name) => `add chain ${table} ${name}`),
    ...chains.entries().flatMap(([name, rules]) => rules.map((rule) => `add rule ${table} ${name} ${rule}`)),
    ...baseRules.map(([chain, rule]) => `add rule ${table} ${chain} ${rule}`),
  ];
}

function collectionLine(family: IpFamily, name: Collection): string {
  const address = addressType(family);
  const table = tableOf(family);
  switch (name) {
    case "cluster-addresses":
      return `add set ${table} ${name} { type ${address}; }`;
    case "hairpins":
      return `add set ${table} ${name} { type ${address} . ${address} . inet_proto . inet_service; }`;
    case "node-ports":
    case "unserved-node-ports":
      return `add map ${table} ${name} { type inet_proto . inet_service : verdict; }`;
    case "service-addresses":
    case "unserved-addresses":
    case "guarded-addresses":
      return `add map ${table} ${name} { type ${address} . inet_proto . inet_service : verdict; }`;
  }
}

function serviceRules(frame: Frame, family: IpFamily): readonly string[] {
  const ip = nameOf(family);
  const pods = networksOf(frame.clusterNetworks, family);
  const mark = markForMasquerade(frame);
  const masquerade = frame.masqueradeAll
    ? [`${ip} daddr @cluster-addresses ${mark}`]
    : pods === undefined
      ? []
      : // Outside clients that route ClusterIPs to any node: the reply has to come back by that node.
        [`${ip} daddr @cluster-addresses ${ip} saddr != ${pods} ${mark}`];
  return [
    ...masquerade,
    `${packetDestination(family)} vmap @service-addresses`,
    ...nodePortMatches(frame, family).map((match) => `${match} vmap @node-ports`),
  ];
}

/**
 * One rule each rather than a set of all, here and for node ports: maps and sets of rules are empty for an instant while the
 * rules are written anew, and these rules decide whether a packet lives.
 */
function clusterAddressRules(frame: Frame, family: IpFamily): readonly string[] {
  const ip = nameOf(family);
  return [
    ...ofFamily(frame.ownAddresses, family).map((address) => `${ip} daddr ${address} return`),
    `${ip} daddr @cluster-addresses goto refuse`,
    ...ofFamily(frame.serviceNetworks, family).map((network) => `${ip} daddr ${network} drop`),
  ];
}

function masqueradeRules(frame: Frame, family: IpFamily): readonly string[] {
  const ip = nameOf(family);
  const mark = hex(frame.masqueradeMark);
  const egress = networksOf(frame.egressNetworks, family);
  const inside = networksOf([...frame.clusterNetworks, family === "IPv4" ? "224.0.0.0/4" : "ff00::/8"], family);
  return [
    `meta mark and ${mark} != 0 meta mark set meta mark xor ${mark} masquerade fully-random`,
    `ct status dnat ${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpins masquerade fully-random`,
    ...(egress === undefined ? [] : [`${ip} saddr ${egress} ${ip} daddr != ${inside} masquerade fully-random`]),
  ];
}

/** ::1 serves no node ports: the kernel lets no reply from elsewhere reach it. */
function nodePortMatches(frame: Frame, family: IpFamily): readonly string[] {
  const ip = nameOf(family);
  const port = "meta l4proto . th dport";
  const loopback = servesLoopback(frame, family);
  if (frame.nodePortAddresses === "all") {
    const not = family === "IPv4" ? "127.0.0.0/8" : "::1";
    return [`fib daddr type local ${loopback ? "" : `${ip} daddr != ${not} `}${port}`];
  }
  const addresses = [...ofFamily(frame.nodePortAddresses, family), ...(loopback ? ["127.0.0.1"] : [])];
  return addresses.map((address) => `${ip} daddr ${address} ${port}`);
}

function servesLoopback({ loopbackNodePorts }: Frame, family: IpFamily): boolean {
  return loopbackNodePorts && family === "IPv4";
}

function packetDestination(family: IpFamily): string {
  return `${nameOf(family)} daddr . meta l4proto . th dport`;
}
