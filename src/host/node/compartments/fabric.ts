import { writeFile } from "node:fs/promises";
import { formatIp, type IpAddress, ipFamily, type IpNetwork, parseIp, parseNetwork } from "../../../base/ip.ts";
import { forwardIpv6 } from "../machine/ipv6.ts";
import { runTool } from "../nftables/nft.ts";
import type { HostParts } from "../packages/find.ts";
import { run, runOrThrow } from "../packages/run.ts";

/** The bridge between this machine and its compartments. */
export interface Fabric {
  /** Such as `10.89.0.0/24`. */
  readonly network: string;
  /** The same of IPv6, such as `fd00:10:89::/64`; absent where that is not wanted. */
  readonly network6?: string;
  /** Networks that compartments reach under their own address, besides the fabric's: those of pods and Services. */
  readonly inside: readonly string[];
  readonly mtu: number;
}

/** Bridges of pods are called `wherry-NODE`: none can have this name. */
export const FABRIC_BRIDGE = "wherryfabric";
const TABLES = { IPv4: "ip wherry-fabric", IPv6: "ip6 wherry-fabric" } as const;

/** Makes the fabric, or makes of the one that is there what it should be. */
export async function ensureFabric(
  { network, network6, inside, mtu }: Fabric,
  parts: HostParts,
  signal: AbortSignal,
): Promise<void> {
  const { ip } = parts;
  const own = parseNetwork(network)!;
  const address = `${firstAddress(own)}/${own.prefixLength}`;
  const hardware = hardwareAddress(parseIp(firstAddress(own))!);
  const shown = await run([ip, "-o", "-4", "address", "show", "dev", FABRIC_BRIDGE]);
  if (shown.exitCode !== 0) {
    // A bridge without a hardware address of its own changes it with its cables, and every peer would have to learn it anew.
    await runOrThrow([ip, "link", "add", FABRIC_BRIDGE, "address", hardware, "type", "bridge", "forward_delay", "0"]);
  } else if (!shown.stdout.includes(` ${address} `)) await runOrThrow([ip, "address", "flush", "dev", FABRIC_BRIDGE]);
  await runOrThrow([ip, "address", "replace", address, "dev", FABRIC_BRIDGE]);
  await runOrThrow([ip, "link", "set", FABRIC_BRIDGE, "mtu", String(mtu), "up"]);
  await writeFile("/proc/sys/net/ipv4/ip_forward", "1");
  const rules = [fabricRules(network, inside, hardware)];
  if (network6 !== undefined) {
    const six = parseNetwork(network6)!;
    const words = [`${firstAddress(six)}/${six.prefixLength}`, "dev", FABRIC_BRIDGE, "nodad"];
    await runOrThrow([ip, "-6", "address", "replace", ...words]);
    await forwardIpv6([ip], signal);
    rules.push(fabricRules(network6, inside, hardware));
  }
  await runTool([parts.nft, "-f", "-"], { signal, input: rules.join("") });
}

/** Removes it; that there is none is no error. */
export async function removeFabric({ ip, nft }: HostParts): Promise<void> {
  await run([ip, "link", "delete", FABRIC_BRIDGE]);
  for (const table of Object.values(TABLES)) await run([nft, "delete", "table", ...table.split(" ")]);
}

/**
 * What the compartments send to the world beyond the machine goes under the machine's address. What passes the bridge alone is nothing
 * to the machine: its rules of Services, which the kernel asks about bridged frames too, would answer for nodes behind it.
 * @param network of either family @param hardware address of the bridge
 */
function fabricRules(network: string, inside: readonly string[], hardware: string): string {
  const family = ipFamily(network);
  const table = TABLES[family];
  const ip = family === "IPv4" ? "ip" : "ip6";
  const kept = [network, ...inside.filter((other) => ipFamily(other) === family)].join(", ");
  return `add table ${table}
delete table ${table}
add table ${table}
add chain ${table} bridged { type filter hook prerouting priority -300; policy accept; }
add rule ${table} bridged iifname "${FABRIC_BRIDGE}" ether daddr != ${hardware} notrack
add chain ${table} postrouting { type nat hook postrouting priority 100; policy accept; }
add rule ${table} postrouting ${ip} saddr ${network} ${ip} daddr != { ${kept} } oifname != "${FABRIC_BRIDGE}" masquerade
`;
}

/** The machine's own address in the fabric. */
export function firstAddress({ family, value }: IpNetwork): string {
  return formatIp({ family, value: value + 1n });
}

/** A hardware address that follows from the other, so that it is the same in every life. */
export function hardwareAddress(address: IpAddress): string {
  return ["0a", "58", ...hardwareDigits(address).match(/../g)!].join(":");
}

/** The last 32 bits of an address as eight digits. */
export function hardwareDigits({ value }: IpAddress): string {
  return value.toString(16).padStart(8, "0").slice(-8);
}
