import type { RequestedCertificate } from "../../api/certificates/reader.ts";
import type { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { kubeletServingProblem } from "../../api/certificates/v1/kubelet-request.ts";
import type { Node } from "../../api/generated/core-v1.ts";
import { NODE_PREFIX, NODES } from "../../apiserver/auth/groups.ts";
import { canonicalIp, networkContains, parseIp, parseNetwork } from "../../base/ip.ts";

/** Names and addresses that are spoken for, whatever a node says of itself. */
export interface Reserved {
  /** All nodes of the cluster. */
  readonly nodes: Iterable<Node>;
  /** How the API server is reached: with its names in hand, a node could answer in its place. */
  readonly server: ReadonlySet<string>;
}

const ADDRESS_TYPES = new Set(["InternalIP", "ExternalIP"]);
/** Addresses that are every machine's own. */
const EVERYBODYS = ["127.0.0.0/8", "::1/128", "0.0.0.0/32", "::/128"].map((text) => parseNetwork(text)!);

/** The name of the node that asks for itself; undefined where somebody else asks. */
export function askingNode({ spec }: CertificateSigningRequest): string | undefined {
  const { username = "", groups = [] } = spec;
  if (!username.startsWith(NODE_PREFIX) || !groups.includes(NODES)) return undefined;
  return username.slice(NODE_PREFIX.length);
}

/** Why a node does not get the certificate of its own API as it asks for it; undefined where it does. */
export function servingProblem(
  { spec }: CertificateSigningRequest,
  requested: RequestedCertificate,
  node: Node,
  reserved: Reserved,
): string | undefined {
  const problem = kubeletServingProblem(requested, spec.usages ?? []);
  if (problem !== undefined) return problem;
  const { name } = node.metadata;
  if (requested.commonName !== `${NODE_PREFIX}${name}`) return `${requested.commonName} is not who asks`;
  const own = namesOf(node);
  const foreign = new Set(reserved.server);
  for (const other of reserved.nodes) {
    if (other.metadata.name !== name) for (const text of namesOf(other)) foreign.add(text);
  }
  for (const text of [...requested.dnsNames, ...requested.addresses]) {
    if (!own.has(text)) return `node ${name} is not known as ${text}`;
    if (foreign.has(text) || isEverybodys(text)) return `${text} is not of node ${name} alone`;
  }
  return undefined;
}

/** By what a node is known: its name and its addresses. Other names that it gives itself are nobody's to certify. */
function namesOf({ metadata, status }: Node): ReadonlySet<string> {
  const addresses = (status.addresses ?? []).filter(({ type }) => ADDRESS_TYPES.has(type));
  return new Set([metadata.name, ...addresses.map(({ address }) => canonicalIp(address) ?? address)]);
}

function isEverybodys(text: string): boolean {
  const address = parseIp(text);
  return address !== undefined && EVERYBODYS.some((network) => networkContains(network, address));
}
