/** IP addresses and networks: parsing, the one way to write each, and containment. */
export type IpFamily = "IPv4" | "IPv6";

export interface IpAddress {
  readonly family: IpFamily;
  /** The address as an unsigned number of 32 or 128 bits. */
  readonly value: bigint;
}

export interface IpNetwork extends IpAddress {
  readonly prefixLength: number;
}

/**
 * Reads an address, or gives undefined where the text is none. An IPv4 address that is written inside IPv6
 * (`::ffff:10.0.0.1`) is the IPv4 address, and leading zeros of IPv4 parts are allowed, both as Kubernetes reads them.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (!text.includes(":")) {
    const value = parseV4(text);
    return value === undefined ? undefined : { family: "IPv4", value };
  }
  const value = parseV6(text);
  if (value === undefined) return undefined;
  return value >> 32n === 0xffffn ? { family: "IPv4", value: value & 0xffffffffn } : { family: "IPv6", value };
}

/** The address in its usual form: dotted for IPv4, RFC 5952 for IPv6. */
export function formatIp({ family, value }: IpAddress): string {
  if (family === "IPv4") return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const gap = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (gap === undefined) return hex.join(":");
  return `${hex.slice(0, gap.start).join(":")}::${hex.slice(gap.end).join(":")}`;
}

const V4_PART = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const USUAL_V4 = new RegExp(`^${V4_PART}(\\.${V4_PART}){3}$`);

/** The usual form of the address that the text names, or undefined where it names none. */
export function canonicalIp(text: string): string | undefined {
  if (USUAL_V4.test(text)) return text;
  const address = parseIp(text);
  return address && formatIp(address);
}

/** The family of an address or a network by its text alone; only for texts known to be one. */
export function ipFamily(text: string): IpFamily {
  return text.includes(":") ? "IPv6" : "IPv4";
}

/** Reads `address/length`, its host bits cleared, or gives undefined where the text is no network. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const slash = text.lastIndexOf("/");
  const address = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (address === undefined || !/^\d{1,3}$/.test(lengthText)) return undefined;
  const prefixLength = Number(lengthText);
  if (address.family === "IPv6" || !text.includes(":")) return networkOf(address, prefixLength);
  // Written inside IPv6, a network of IPv4 begins after the 96 bits that say so.
  if (prefixLength >= 96) return networkOf(address, prefixLength - 96);
  return networkOf({ family: "IPv6", value: (0xffffn << 32n) | address.value }, prefixLength);
}

function networkOf({ family, value }: IpAddress, prefixLength: number): IpNetwork | undefined {
  const bits = family === "IPv4" ? 32 : 128;
  if (prefixLength > bits) return undefined;
  const hostBits = BigInt(bits - prefixLength);
  return { family, value: (value >> hostBits) << hostBits, prefixLength };
}

export function formatNetwork(network: IpNetwork): string {
  return `${formatIp(network)}/${network.prefixLength}`;
}

export function networkContains(network: IpNetwork, address: IpAddress): boolean {
  if (network.family !== address.family) return false;
  const hostBits = BigInt((network.family === "IPv4" ? 32 : 128) - network.prefixLength);
  return network.value >> hostBits === address.value >> hostBits;
}

function parseV4(text: string): bigint | undefined {
  const match = /^(\d{1,10})\.(\d{1,10})\.(\d{1,10})\.(\d{1,10})$/.exec(text);
  if (match === null) return undefined;
  let value = 0n;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function parseV6(text: string): bigint | undefined {
  let rest = text;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted !== null) {
    const last = parseV4(dotted[2]!);
    if (last === undefined) return undefined;
    rest = `${dotted[1]!}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === "" ? [] : half.split(":"))) as [string[], string[]?];
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...(tail ?? [])];
  let value = 0n;
  for (const group of groups) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

/** The first of the longest runs of two zero groups or more. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly end: number } | undefined {
  let best: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start >= 2 && (best === undefined || end - start > best.end - best.start)) best = { start, end };
    if (end > start) start = end;
  }
  return best;
}

/** Whether they have an address in common. */
export function networksOverlap(a: IpNetwork, b: IpNetwork): boolean {
  return a.prefixLength <= b.prefixLength ? networkContains(a, b) : networkContains(b, a);
}
