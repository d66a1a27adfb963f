import { canonicalIp } from "../base/ip.ts";

/** What a name inside the cluster's domain asks for. */
export type Request =
  /** The domain itself, or a name that only has others below it. */
  | { readonly kind: "branch" }
  | { readonly kind: "namespace"; readonly namespace: string }
  | { readonly kind: "pod"; readonly namespace: string; readonly label: string }
  | ServiceRequest
  | { readonly kind: "schema-version" }
  | { readonly kind: "name-server" }
  | { readonly kind: "unknown" };

export interface ServiceRequest {
  readonly kind: "service";
  readonly namespace: string;
  readonly service: string;
  /** The label of one endpoint, in front of the service's name. */
  readonly endpoint?: string;
  /** Of `_port._protocol.`, without underscores. */
  readonly port?: string;
  readonly protocol?: string;
}

/**
 * Reads a name of the domain; undefined where it is of another. Lower case is expected of both.
 * https://github.com/kubernetes/dns/blob/master/docs/specification.md
 */
export function readName(name: string, domain: string): Request | undefined {
  if (name === domain) return { kind: "branch" };
  if (!name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split(".");
  const branch = labels.at(-1)!;
  if (labels.length === 1 && branch === "dns-version") return { kind: "schema-version" };
  if (labels.length === 2 && branch === "dns" && labels[0] === "ns") return { kind: "name-server" };
  if (branch !== "svc" && branch !== "pod") return { kind: "unknown" };
  if (labels.length === 1) return { kind: "branch" };
  const namespace = labels.at(-2)!;
  if (labels.length === 2) return { kind: "namespace", namespace };
  const service = labels.at(-3)!;
  if (branch === "pod") return labels.length > 5 ? { kind: "unknown" } : { kind: "pod", namespace, label: service };
  switch (labels.length) {
    case 3:
      return { kind: "service", namespace, service };
    case 4:
      return { kind: "service", namespace, service, endpoint: labels[0]! };
    case 5:
      return { kind: "service", namespace, service, port: bare(labels[0]!), protocol: bare(labels[1]!) };
    default:
      return { kind: "unknown" };
  }
}

/** The address in a pod's label: `10-244-0-7`, `fd00-244--7`. */
export function addressOfPodLabel(label: string): string | undefined {
  const isV4 = label.split("-").length === 4 && !label.includes("--");
  return canonicalIp(label.replaceAll("-", isV4 ? "." : ":"));
}

/** The label of an endpoint without a hostname: its address with dashes. */
export function labelOfAddress(address: string): string {
  const label = address.replaceAll(/[.:]/g, "-");
  // A label may not end in a dash, which `fd00::` would.
  return label.endsWith("-") ? `${label}0` : label;
}

/** The address that a name of `in-addr.arpa` or `ip6.arpa` stands for; undefined for other names and for parts of addresses. */
export function addressOfReverseName(name: string): string | undefined {
  const v4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
  if (v4 !== null) return canonicalIp(v4.slice(1).toReversed().join("."));
  const v6 = /^((?:[0-9a-f]\.){32})ip6\.arpa$/.exec(name);
  if (v6 === null) return undefined;
  const digits = v6[1]!.split(".").toReversed().join("");
  return canonicalIp(digits.match(/.{4}/g)!.join(":"));
}

function bare(label: string): string {
  return label.startsWith("_") ? label.slice(1) : label;
}
