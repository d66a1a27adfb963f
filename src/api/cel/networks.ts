import type { Environment } from "@marcbachmann/cel-js";
import {
  formatIp,
  formatNetwork,
  type IpAddress,
  type IpNetwork,
  networkContains,
  parseIp,
  parseNetwork,
} from "../../base/ip.ts";

class CelIp {
  readonly address: IpAddress;
  constructor(address: IpAddress) {
    this.address = address;
  }
}

class CelNetwork {
  readonly network: IpNetwork;
  /** As written: its host bits may be set. */
  readonly address: IpAddress;
  constructor(network: IpNetwork, address: IpAddress) {
    this.network = network;
    this.address = address;
  }
}

class IpNames {}

const IP = "net.IP";
const NETWORK = "net.CIDR";

/** `ip("10.0.0.1")`, `cidr("10.0.0.0/8")` and what can be asked of them. */
export function registerNetworks(environment: Environment): void {
  environment
    .registerType(IP, CelIp)
    .registerType("IpNames", IpNames)
    .registerConstant("ip", "IpNames", new IpNames())
    .registerFunction(`ip(string): ${IP}`, (text: string) => new CelIp(addressOf(text)))
    .registerFunction("isIP(string): bool", (text: string) => holds(() => addressOf(text)))
    .registerFunction("IpNames.isCanonical(string): bool", (_names: IpNames, text: string) => {
      return formatIp(addressOf(text)) === text;
    })
    .registerFunction(`string(${IP}): string`, ({ address }: CelIp) => formatIp(address))
    .registerFunction(`${IP}.family(): int`, ({ address }: CelIp) => (address.family === "IPv4" ? 4n : 6n))
    .registerOperator(
      `${IP} == ${IP}`,
      (left: CelIp, right: CelIp) => formatIp(left.address) === formatIp(right.address),
    );
  registerIpKinds(environment);
  registerCidrs(environment);
}

function registerIpKinds(environment: Environment): void {
  const within = (...networks: readonly string[]) => {
    const parsed = networks.map((text) => parseNetwork(text)!);
    return ({ address }: CelIp) => parsed.some((network) => networkContains(network, address));
  };
  const unspecified = within("0.0.0.0/32", "::/128");
  const loopback = within("127.0.0.0/8", "::1/128");
  const linkLocal = within("169.254.0.0/16", "fe80::/10");
  const multicast = within("224.0.0.0/4", "ff00::/8");
  const broadcast = within("255.255.255.255/32");
  environment
    .registerFunction(`${IP}.isUnspecified(): bool`, unspecified)
    .registerFunction(`${IP}.isLoopback(): bool`, loopback)
    .registerFunction(`${IP}.isLinkLocalMulticast(): bool`, within("224.0.0.0/24", "ff02::/16"))
    .registerFunction(`${IP}.isLinkLocalUnicast(): bool`, linkLocal)
    .registerFunction(
      `${IP}.isGlobalUnicast(): bool`,
      (ip: CelIp) => ![unspecified, loopback, linkLocal, multicast, broadcast].some((is) => is(ip)),
    );
}

function registerCidrs(environment: Environment): void {
  const contains = (outer: CelNetwork, inner: CelNetwork) =>
    inner.network.prefixLength >= outer.network.prefixLength && networkContains(outer.network, inner.network);
  environment
    .registerType(NETWORK, CelNetwork)
    .registerFunction(`cidr(string): ${NETWORK}`, networkOf)
    .registerFunction("isCIDR(string): bool", (text: string) => holds(() => networkOf(text)))
    .registerFunction(`string(${NETWORK}): string`, ({ network, address }: CelNetwork) => {
      return `${formatIp(address)}/${network.prefixLength}`;
    })
    .registerFunction(`${NETWORK}.containsIP(string): bool`, ({ network }: CelNetwork, text: string) =>
      networkContains(network, addressOf(text)),
    )
    .registerFunction(`${NETWORK}.containsIP(${IP}): bool`, ({ network }: CelNetwork, { address }: CelIp) =>
      networkContains(network, address),
    )
    .registerFunction(`${NETWORK}.containsCIDR(string): bool`, (outer: CelNetwork, text: string) =>
      contains(outer, networkOf(text)),
    )
    .registerFunction(`${NETWORK}.containsCIDR(${NETWORK}): bool`, contains)
    .registerFunction(`${NETWORK}.ip(): ${IP}`, ({ address }: CelNetwork) => new CelIp(address))
    .registerFunction(`${NETWORK}.prefixLength(): int`, ({ network }: CelNetwork) => BigInt(network.prefixLength))
    .registerFunction(`${NETWORK}.masked(): ${NETWORK}`, ({ network }: CelNetwork) => new CelNetwork(network, network))
    .registerOperator(
      `${NETWORK} == ${NETWORK}`,
      (left: CelNetwork, right: CelNetwork) =>
        formatNetwork(left.network) === formatNetwork(right.network) &&
        formatIp(left.address) === formatIp(right.address),
    );
}

/** @throws {TypeError} also for an IPv4 address written as IPv6, and for leading zeros */
function addressOf(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined || /^0\d|\.0\d/.test(text) || (address.family === "IPv4" && text.includes(":"))) {
    throw new TypeError(`IP Address ${JSON.stringify(text)} parse error during conversion from string`);
  }
  return address;
}

/** @throws {TypeError} */
function networkOf(text: string): CelNetwork {
  const network = parseNetwork(text);
  if (network === undefined) throw new TypeError("network address parse error during conversion from string");
  return new CelNetwork(network, addressOf(text.slice(0, text.lastIndexOf("/"))));
}

function holds(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
