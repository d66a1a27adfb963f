import type { IpFamily } from "../base/ip.ts";
import type { Frame } from "./rules.ts";

/** The table that is ours alone, one in each family. */
export const TABLE = "wherry-proxy";

/** `ip wherry-proxy` */
export function tableOf(family: IpFamily): string {
  return `${nameOf(family)} ${TABLE}`;
}

/** Those of the family as an anonymous set; undefined where there is none. */
export function networksOf(networks: readonly string[], family: IpFamily): string | undefined {
  const own = networks.filter((network) => network.includes(":") === (family === "IPv6"));
  return own.length === 0 ? undefined : `{ ${own.join(", ")} }`;
}

export function markForMasquerade({ masqueradeMark }: Frame): string {
  return `meta mark set meta mark or ${hex(masqueradeMark)}`;
}

export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `ip` or `ip6`, by which expressions and tables name the family. */
export function nameOf(family: IpFamily): string {
  return family === "IPv4" ? "ip" : "ip6";
}

export function addressType(family: IpFamily): string {
  return family === "IPv4" ? "ipv4_addr" : "ipv6_addr";
}
