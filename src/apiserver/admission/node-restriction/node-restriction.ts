import type { CertificateReader } from "../../../api/certificates/reader.ts";
import { KUBE_APISERVER_CLIENT_KUBELET, KUBELET_SERVING } from "../../../api/certificates/v1/signer-name.ts";
import type { CertificateSigningRequest } from "../../../api/generated/certificates-v1.ts";
import type { Node, PersistentVolumeClaim } from "../../../api/generated/core-v1.ts";
import { decodeBase64 } from "../../../machinery/base64.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { NODE_PREFIX, NODES } from "../../auth/groups.ts";
import type { Authorizer, User } from "../../auth/user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { refusal } from "../refusal.ts";
import { forbiddenLabels } from "./labels.ts";
import { podRefusal } from "./pods.ts";
import { tokenRefusal } from "./tokens.ts";

export interface NodeRestrictionParts {
  readonly lookup: Lookup;
  readonly authorizer: Authorizer;
  readonly certificates?: CertificateReader | undefined;
}

/**
 * A node writes itself and what it answers for, and nothing of any other: the Node authorizer says which kinds it may
 * write, this says which objects, and what in them.
 */
export function nodeRestriction(parts: NodeRestrictionParts): AdmissionPlugin {
  return {
    name: "NodeRestriction",
    admit(request) {
      if (!isOfNodes(request.user) || request.operation === "CONNECT") return;
      const node = request.user.name.slice(NODE_PREFIX.length);
      const why =
        node === "" ? `could not determine node from user "${request.user.name}"` : refusalFor(node, request, parts);
      if (why !== undefined) throw refusal(request, why);
    },
  };
}

function isOfNodes({ name, groups }: User): boolean {
  return name.startsWith(NODE_PREFIX) && groups.includes(NODES);
}

function refusalFor(node: string, request: AdmissionRequest, parts: NodeRestrictionParts): string | undefined {
  const { group, plural } = request.kind;
  switch (group === "" ? plural : `${plural}.${group}`) {
    case "pods":
      return podRefusal(node, request, parts.lookup);
    case "nodes":
      return nodeRefusal(node, request);
    case "persistentvolumeclaims":
      return claimRefusal(node, request);
    case "serviceaccounts":
      return tokenRefusal(node, request, parts.lookup, parts.authorizer);
    case "leases.coordination.k8s.io":
      if (request.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
      if (nameOf(request) === node) return undefined;
      return "can only access node lease with the same name as the requesting node";
    case "csinodes.storage.k8s.io":
      if (nameOf(request) === node) return undefined;
      return "can only access CSINode with the same name as the requesting node";
    case "resourceslices.resource.k8s.io":
      return sliceRefusal(node, request);
    case "certificatesigningrequests.certificates.k8s.io":
      return requestRefusal(node, request, parts.certificates);
    default:
      return undefined;
  }
}

const LEASES = "kube-node-lease";

function nameOf({ name, object }: AdmissionRequest): string {
  return name || ((object as unknown as KubeObject | undefined)?.metadata.name ?? "");
}

function nodeRefusal(node: string, request: AdmissionRequest): string | undefined {
  const { operation, name, object, old } = request;
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  const next = object as unknown as Node | undefined;
  if (next === undefined) return undefined;
  if (operation === "CREATE") {
    if (next.spec?.configSource !== undefined) {
      return `node "${node}" is not allowed to create pods with a non-nil configSource`;
    }
    const labels = forbiddenLabels(next.metadata.labels);
    if (labels.length === 0) return undefined;
    return `node "${node}" is not allowed to set the following labels: ${labels.join(", ")}`;
  }
  const before = old as Node;
  const { configSource } = next.spec;
  if (configSource !== undefined && !sameJson(configSource, before.spec.configSource ?? null)) {
    return `node "${node}" is not allowed to update configSource to a new non-nil configSource`;
  }
  if (!sameJson(next.spec.taints ?? [], before.spec.taints ?? [])) {
    return `node "${node}" is not allowed to modify taints`;
  }
  if (!sameJson(next.metadata.ownerReferences ?? [], before.metadata.ownerReferences ?? [])) {
    return `node "${node}" is not allowed to modify ownerReferences`;
  }
  const labels = forbiddenLabels(next.metadata.labels, before.metadata.labels);
  return labels.length === 0 ? undefined : `is not allowed to modify labels: ${labels.join(", ")}`;
}

/** Of a claim a node tells how large its volume has become, and nothing else. */
function claimRefusal(node: string, request: AdmissionRequest): string | undefined {
  if (request.subresource !== "status") return "may only update PVC status";
  if (request.operation !== "UPDATE") return `unexpected operation "${request.operation}"`;
  const next = request.object as unknown as PersistentVolumeClaim;
  if (sameJson(rest(next), rest(request.old as PersistentVolumeClaim))) return undefined;
  return `node "${node}" is not allowed to update fields other than status.quantity and status.conditions`;
}

function rest({ metadata, spec, status }: PersistentVolumeClaim) {
  const { resourceVersion: _revision, managedFields: _managed, ...meta } = metadata;
  const { capacity: _capacity, conditions: _conditions, ...more } = status;
  const { allocatedResources: _resources, allocatedResourceStatuses: _statuses, ...others } = more;
  return { meta, spec, others };
}

function sliceRefusal(node: string, { operation, object, old }: AdmissionRequest): string | undefined {
  if (operation === "UPDATE") return undefined;
  const slice = (operation === "CREATE" ? object : old) as { spec?: { nodeName?: string } } | undefined;
  if (slice?.spec?.nodeName === node) return undefined;
  const verb = operation === "CREATE" ? "create" : "delete";
  return `can only ${verb} ResourceSlice with the same NodeName as the requesting node`;
}

/** A node asks for certificates of its own name alone. */
function requestRefusal(
  node: string,
  { operation, object }: AdmissionRequest,
  certificates: CertificateReader | undefined,
): string | undefined {
  if (operation !== "CREATE" || certificates === undefined) return undefined;
  const { spec } = object as unknown as CertificateSigningRequest;
  if (spec.signerName !== KUBELET_SERVING && spec.signerName !== KUBE_APISERVER_CLIENT_KUBELET) return undefined;
  try {
    const { commonName } = certificates.readRequest(decodeBase64(spec.request));
    if (commonName === `${NODE_PREFIX}${node}`) return undefined;
  } catch (error) {
    return `unable to parse csr: ${(error as Error).message}`;
  }
  return `can only create a node CSR with CN=${NODE_PREFIX}${node}`;
}
