import type { RequestedCertificate } from "../reader.ts";

const NODES = "system:nodes";
const NODE_PREFIX = "system:node:";

/** Why a request is not one for a kubelet's client certificate, in Kubernetes' words; undefined where it is. */
export function kubeletClientProblem(request: RequestedCertificate, usages: readonly string[]): string | undefined {
  if (!isOnlyNodes(request)) return NOT_NODES;
  if (request.dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.addresses.length > 0) return "IP subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  if (!request.commonName.startsWith(NODE_PREFIX)) return NOT_A_NODE;
  return usagesProblem(usages, "client auth");
}

/** Why a request is not one for the certificate of a kubelet's own API; undefined where it is. */
export function kubeletServingProblem(request: RequestedCertificate, usages: readonly string[]): string | undefined {
  if (!isOnlyNodes(request)) return NOT_NODES;
  if (request.dnsNames.length === 0 && request.addresses.length === 0) return "DNS or IP subjectAltName is required";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  return usagesProblem(usages, "server auth") ?? (request.commonName.startsWith(NODE_PREFIX) ? undefined : NOT_A_NODE);
}

const NOT_NODES = "subject organization is not system:nodes";
const NOT_A_NODE = "subject common name does not begin with system:node:";

function isOnlyNodes({ organizations }: RequestedCertificate): boolean {
  return organizations.length === 1 && organizations[0] === NODES;
}

/** Keys that are not RSA's have no use for encipherment. */
function usagesProblem(usages: readonly string[], purpose: "client auth" | "server auth"): string | undefined {
  const asked = new Set(usages);
  asked.delete("key encipherment");
  if (asked.size === 2 && asked.has("digital signature") && asked.has(purpose)) return undefined;
  const wanted = ["digital signature", "key encipherment", purpose].toSorted();
  return `usages did not match [${wanted.join(" ")}]`;
}
