import { writeFile } from "node:fs/promises";
import { parseIp } from "../../../base/ip.ts";
import { type IpRange, rangesContain } from "../../../base/ip-range.ts";
import type { Announcement } from "../../../network/announcements.ts";
import { runTool } from "../nftables/nft.ts";

interface Device {
  readonly ifname?: string;
  readonly address?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/**
 * Puts the addresses on their devices, where the kernel answers for them by ARP and NDP, and takes away all others of the ranges.
 * Peers that know a new address from another node are told of this one at once. @param anew whether they are told of all of them
 */
export async function announceAddresses(
  ip: readonly string[],
  announcements: readonly Announcement[],
  ranges: readonly IpRange[],
  { signal, anew }: { readonly signal: AbortSignal; readonly anew: boolean },
): Promise<void> {
  const devices = JSON.parse(await runTool([...ip, "-json", "address", "show"], { signal })) as readonly Device[];
  const present = devices.flatMap(({ ifname = "", addr_info = [] }) =>
    addr_info.flatMap(({ local = "", prefixlen }) => {
      const address = parseIp(local);
      const isOurs = address !== undefined && prefixlen === fullLength(local) && rangesContain(ranges, address);
      return isOurs ? [{ address: local, device: ifname }] : [];
    }),
  );
  const without = (list: readonly Announcement[], other: readonly Announcement[]) =>
    list.filter((one) => !other.some(({ address, device }) => address === one.address && device === one.device));
  const added = without(announcements, present);
  const lines = [
    ...without(present, announcements).map((one) => `address delete ${hostRoute(one)} dev ${one.device}`),
    ...added.map(
      (one) => `address add ${hostRoute(one)} dev ${one.device}${one.address.includes(":") ? " nodad" : ""}`,
    ),
  ];
  if (lines.length > 0) await runTool([...ip, "-batch", "-"], { signal, input: `${lines.join("\n")}\n` });
  for (const device of new Set((anew ? announcements : added).map((one) => one.device))) {
    const hardware = devices.find(({ ifname }) => ifname === device)?.address;
    if (hardware !== undefined) await tellPeers(ip, device, hardware, signal);
  }
}

/**
 * The kernel tells a device's addresses to everybody on the link when its hardware address is set, also when it stays the same.
 */
async function tellPeers(ip: readonly string[], device: string, hardware: string, signal: AbortSignal): Promise<void> {
  await writeFile(`/proc/sys/net/ipv4/conf/${device}/arp_notify`, "1");
  await writeFile(`/proc/sys/net/ipv6/conf/${device}/ndisc_notify`, "1").catch(() => {});
  await runTool([...ip, "link", "set", "dev", device, "address", hardware], { signal });
}

function hostRoute({ address }: Announcement): string {
  return `${address}/${fullLength(address)}`;
}

function fullLength(address: string): number {
  return address.includes(":") ? 128 : 32;
}
