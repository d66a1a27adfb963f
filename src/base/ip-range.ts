import { formatIp, type IpAddress, type IpFamily, parseIp, parseNetwork } from "./ip.ts";

/** Addresses in a row, both ends among them. */
export interface IpRange {
  readonly family: IpFamily;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Reads ranges with commas between: `192.0.2.100-192.0.2.120`, `192.0.2.64/27`, or one address. Undefined where the text is none.
 * Of an IPv4 network its own address and that of everybody in it are left out, since no machine may have them.
 */
export function parseIpRanges(text: string): readonly IpRange[] | undefined {
  const ranges = text.split(",").map((part) => rangeOf(part.trim()));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

export function rangesContain(ranges: readonly IpRange[], { family, value }: IpAddress): boolean {
  return ranges.some((range) => range.family === family && range.first <= value && value <= range.last);
}

/** All addresses of a family, one after the other; ranges may be large. */
export function* addressesOf(ranges: readonly IpRange[], family: IpFamily): Generator<string> {
  for (const range of ranges) {
    if (range.family !== family) continue;
    for (let value = range.first; value <= range.last; value++) yield formatIp({ family, value });
  }
}

function rangeOf(text: string): IpRange | undefined {
  const [from = "", to, ...more] = text.split("-");
  if (more.length > 0) return undefined;
  if (to !== undefined) return between(parseIp(from.trim()), parseIp(to.trim()));
  if (!text.includes("/")) return between(parseIp(text), parseIp(text));
  const network = parseNetwork(text);
  if (network === undefined) return undefined;
  const { family, value, prefixLength } = network;
  const size = 1n << BigInt((family === "IPv4" ? 32 : 128) - prefixLength);
  const inner = family === "IPv4" && size > 2n ? 1n : 0n;
  return { family, first: value + inner, last: value + size - 1n - inner };
}

function between(first: IpAddress | undefined, last: IpAddress | undefined): IpRange | undefined {
  if (first === undefined || last === undefined || first.family !== last.family || first.value > last.value)
    return undefined;
  return { family: first.family, first: first.value, last: last.value };
}
