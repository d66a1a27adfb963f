import { formatIp, type IpFamily, parseIp, parseNetwork } from "../../base/ip.ts";

/** A network whose addresses are given out, numbered from the network's own address, which is 0: what an Allocator works with. */
export interface Range {
  readonly family: IpFamily;
  readonly value: bigint;
  /** The numbers of the first and the last address that somebody may have. */
  readonly first: number;
  readonly last: number;
  /** Of the last address of the network. */
  readonly end: number;
  /** As it was given: `10.96.0.0/12`. */
  readonly text: string;
}

/** Of larger networks, so many addresses are used. */
const MOST_ADDRESSES = 2 ** 32;

/** @throws for a text that is no network. */
export function parseRange(text: string): Range {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`${text} is not a range like 10.96.0.0/12`);
  const { family, value, prefixLength } = network;
  const end = Math.min(2 ** ((family === "IPv4" ? 32 : 128) - prefixLength), MOST_ADDRESSES) - 1;
  // IPv6 knows no broadcast address.
  return { family, value, first: 1, last: family === "IPv4" ? end - 1 : end, end, text };
}

/** The networks of a text with commas between, one of each family at most; the first one's family is what services get. @throws */
export function parseRanges(text: string): readonly Range[] {
  const ranges = text.split(",").map((part) => parseRange(part.trim()));
  if (new Set(ranges.map(({ family }) => family)).size < ranges.length)
    throw new Error(`${text} has two networks of one family: one of IPv4 and one of IPv6 may be given`);
  return ranges;
}

/** The number of an address; undefined where it is none of the network. */
export function numberOf({ family, value, end }: Range, text: string): number | undefined {
  const address = parseIp(text);
  if (address?.family !== family) return undefined;
  const number = address.value - value;
  return number < 0n || number > BigInt(end) ? undefined : Number(number);
}

export function addressText({ family, value }: Range, number: number): string {
  return formatIp({ family, value: value + BigInt(number) });
}

/** An address of the network that services get theirs from, where there are several of the first. @param serviceCidr as for {@link parseRanges} */
export function serviceAddress(serviceCidr: string, number: number): string {
  return addressText(parseRanges(serviceCidr)[0]!, number);
}
