import { formatIp, parseIp, parseNetwork } from "../../base/ip.ts";

/** A range of IPv4 addresses, as numbers: what an Allocator gives out. */
export interface Range {
  readonly first: number;
  readonly last: number;
  /** As it was given: `10.96.0.0/12`. */
  readonly text: string;
}

/** @throws for a text that is no IPv4 range. */
export function parseRange(text: string): Range {
  const network = parseNetwork(text);
  if (network?.family !== "IPv4") throw new Error(`${text} is not a range like 10.96.0.0/12`);
  const first = Number(network.value);
  return { first, last: first + 2 ** (32 - network.prefixLength) - 1, text };
}

/** An IPv4 address as a number; undefined for anything else. */
export function parseAddress(text: string): number | undefined {
  const address = parseIp(text);
  return address?.family === "IPv4" ? Number(address.value) : undefined;
}

export function addressText(address: number): string {
  return formatIp({ family: "IPv4", value: BigInt(address) });
}
