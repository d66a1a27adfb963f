import type { IpFamily } from "../base/ip.ts";
import type { Frame } from "./rules.ts";

/** The table that is ours alone, one in each family. */
export const TABLE = "wherry-proxy";

/** `ip wherry-proxy` */
export function tableOf(family: IpFamily): string {
  return `${nameOf(family)} ${TABLE}`;
}

/** Those of the family, for a comparison: one as it is, several as a set; undefined where there is none. */
export function networksOf(networks: readonly string[], family: IpFamily): string | undefined {
  const own = ofFamily(networks, family);
  return own.length > 1 ? `{ ${own.join(", ")} }` : own[0];
}

export function ofFamily(addresses: readonly string[], family: IpFamily): readonly string[] {
  return addresses.filter((address) => address.includes(":") === (family === "IPv6"));
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
