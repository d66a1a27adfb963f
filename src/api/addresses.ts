import { canonicalIp, formatNetwork, parseIp, parseNetwork } from "../base/ip.ts";
import type { FormatCheck } from "../machinery/formats.ts";
import { invalid } from "../machinery/issue.ts";
import { checkFormat, type Issues } from "./checks.ts";

const NO_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NO_NETWORK = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/** An IP address, in any of its usual forms. @param known addresses that stood there before, which may stay */
export function checkAddress(text: string, at: string, issues: Issues, known: readonly string[] = []): void {
  if (!known.includes(text)) checkFormat(text, at, usualAddress, issues);
}

const usualAddress: FormatCheck = (text) => {
  if (parseIp(text) === undefined) return [NO_ADDRESS];
  if (hasLeadingZeros(text)) return ["must not have leading 0s"];
  return isMapped(text) ? ["must not be an IPv4-mapped IPv6 address"] : [];
};

/** An IP address in its one canonical form. */
export const canonicalAddress: FormatCheck = (text) => {
  const problems = usualAddress(text);
  if (problems.length > 0) return problems;
  const canonical = canonicalIp(text)!;
  return canonical === text ? [] : [`must be in canonical form ("${canonical}")`];
};

/** A network in its one canonical form. */
export function checkCanonicalNetwork(text: string, at: string, issues: Issues): void {
  const before = issues.length;
  checkNetwork(text, at, issues);
  if (issues.length > before) return;
  const canonical = formatNetwork(parseNetwork(text)!);
  if (canonical !== text) issues.push(invalid(at, text, `must be in canonical form ("${canonical}")`));
}

export function checkNetwork(text: string, at: string, issues: Issues, known: readonly string[] = []): void {
  if (known.includes(text)) return;
  const network = parseNetwork(text);
  if (network === undefined) return void issues.push(invalid(at, text, NO_NETWORK));
  const [address = "", length = ""] = text.split("/");
  if (hasLeadingZeros(address) || /^0\d/.test(length)) {
    issues.push(invalid(at, text, "must not have leading 0s in IP or prefix length"));
  } else if (isMapped(address)) issues.push(invalid(at, text, "must not have an IPv4-mapped IPv6 address"));
  else if (canonicalIp(address) !== formatNetwork(network).split("/")[0]) {
    issues.push(invalid(at, text, "must not have bits set beyond the prefix length"));
  }
}

/** What Kubernetes would rather see than this address, which it accepts. */
export function* addressWarnings(text: string, at: string): Iterable<string> {
  const canonical = canonicalIp(text);
  if (canonical === undefined) return;
  if (hasLeadingZeros(text) || isMapped(text)) {
    yield `${at}: non-standard IP address "${text}" is invalid: use "${canonical}"`;
  } else if (text.includes(":") && text !== canonical) {
    yield `${at}: IPv6 address "${text}" should be in RFC 5952 canonical format ("${canonical}")`;
  }
}

/** Of where a load balancer can be reached. */
export function* loadBalancerWarnings(points: readonly { readonly ip?: string }[] = []): Iterable<string> {
  for (const [index, { ip }] of points.entries()) {
    if (ip) yield* addressWarnings(ip, `status.loadBalancer.ingress[${index}]`);
  }
}

export function* networkWarnings(text: string, at: string): Iterable<string> {
  const network = parseNetwork(text);
  if (network === undefined) return;
  const [address = ""] = text.split("/");
  const preferred = formatNetwork(network);
  if (canonicalIp(address) !== preferred.split("/")[0]) {
    const single = `${canonicalIp(address)}/${network.family === "IPv4" ? 32 : 128}`;
    yield `${at}: CIDR value "${text}" is ambiguous in this context (should be "${preferred}" or "${single}"?)`;
  } else if (hasLeadingZeros(address) || isMapped(address)) {
    yield `${at}: non-standard CIDR value "${text}" is invalid: use "${preferred}"`;
  } else if (address.includes(":") && text !== preferred) {
    yield `${at}: IPv6 CIDR value "${text}" should be in RFC 5952 canonical format ("${preferred}")`;
  }
}

/** Octal to some, decimal to others. */
function hasLeadingZeros(text: string): boolean {
  const dotted = text.slice(text.lastIndexOf(":") + 1);
  return dotted.includes(".") && /(?:^|\.)0\d/.test(dotted);
}

function isMapped(text: string): boolean {
  return text.includes(":") && parseIp(text)?.family === "IPv4";
}

/** An address that traffic can be sent to: not one that means something else. */
export function checkEndpointAddress(text: string, at: string, issues: Issues): void {
  const address = parseIp(text);
  if (address === undefined) return void issues.push(invalid(at, text, "must be a valid IP address"));
  const { family, value } = address;
  const top = (bits: bigint) => value >> ((family === "IPv4" ? 32n : 128n) - bits);
  if (value === 0n) issues.push(invalid(at, text, `may not be unspecified (${text})`));
  if (family === "IPv4" ? top(8n) === 127n : value === 1n) {
    issues.push(invalid(at, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
  }
  if (family === "IPv4" ? top(16n) === 0xa9fen : top(10n) === 0x3fan) {
    issues.push(invalid(at, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
  }
  if (family === "IPv4" ? top(24n) === 0xe00000n : (top(16n) & 0xff0fn) === 0xff02n) {
    issues.push(invalid(at, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
  }
}
