import type { Node, Pod } from "../../../api/generated/core-v1.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { notFoundError } from "../../../machinery/status.ts";
import { podReferences } from "../../auth/pod-references.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";

const MIRROR = "kubernetes.io/config.mirror";

/** Why a node may not do this to a pod; undefined where it may. @throws {StatusError} 404 where the pod is not there. */
export function podRefusal(node: string, request: AdmissionRequest, lookup: Lookup): string | undefined {
  switch (request.subresource) {
    case "":
      if (request.operation === "CREATE") return creationRefusal(node, request, lookup);
      if (request.operation === "DELETE") {
        if (nodeOf(request.old) === node) return undefined;
        return `node "${node}" can only delete pods with spec.nodeName set to itself`;
      }
      return `unexpected operation "${request.operation}", node "${node}" can only create and delete mirror pods`;
    case "status":
      return statusRefusal(node, request);
    case "eviction":
      if (nodeOf(foundPod(request, lookup)) === node) return undefined;
      return `node ${node} can only evict pods with spec.nodeName set to itself`;
    default:
      return `unexpected pod subresource "${request.subresource}", only 'status' and 'eviction' are allowed`;
  }
}

function nodeOf(pod: unknown): string | undefined {
  return (pod as Pod | undefined)?.spec.nodeName;
}

function foundPod({ namespace, name }: AdmissionRequest, lookup: Lookup): Pod {
  const pod = lookup.get<Pod>("core/pods", name, namespace);
  if (pod === undefined) throw notFoundError({ group: "", name: "pods" }, name);
  return pod;
}

/** A node makes mirrors of its static pods, which are its own and use nothing of the API. */
function creationRefusal(node: string, { object }: AdmissionRequest, lookup: Lookup): string | undefined {
  const { metadata, spec } = object as unknown as Pod;
  if (metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`;
  }
  if (spec.nodeName !== node) return `node "${node}" can only create pods with spec.nodeName set to itself`;
  const owners = metadata.ownerReferences ?? [];
  if (owners.length > 1) return `node "${node}" can only create pods with a single owner reference set to itself`;
  const [owner] = owners;
  if (owner === undefined || owner.apiVersion !== "v1" || owner.kind !== "Node" || owner.name !== node) {
    return `node "${node}" can only create pods with an owner reference set to itself`;
  }
  if (owner.controller !== true) {
    return `node "${node}" can only create pods with a controller owner reference set to itself`;
  }
  if (owner.blockOwnerDeletion === true) {
    return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  }
  const own = lookup.get<Node>("core/nodes", node);
  if (own === undefined) throw notFoundError({ group: "", name: "nodes" }, node);
  if (owner.uid !== own.metadata.uid) {
    return `node ${node} UID mismatch: expected ${owner.uid} got ${own.metadata.uid}`;
  }
  const used = usedKind(object as unknown as Pod);
  return used === undefined ? undefined : `node "${node}" can not create pods that reference ${used}`;
}

function statusRefusal(node: string, { operation, object, old }: AdmissionRequest): string | undefined {
  if (operation !== "UPDATE") return `unexpected operation "${operation}"`;
  const before = old as Pod;
  const next = object as unknown as Pod;
  if (before.spec.nodeName !== node) {
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  }
  if (!sameJson(before.metadata.labels ?? {}, next.metadata.labels ?? {})) {
    return `node "${node}" cannot update labels through pod status`;
  }
  if (!sameJson(before.status.resourceClaimStatuses ?? [], next.status.resourceClaimStatuses ?? [])) {
    return `node "${node}" cannot update resource claim statues`;
  }
  const extended = ({ status }: Pod) => status.extendedResourceClaimStatus ?? null;
  if (sameJson(extended(before), extended(next))) return undefined;
  return `node "${node}" cannot update extended resource claim status`;
}

/** What of the API a pod uses, in Kubernetes' words; undefined for one that gets by without. */
export function usedKind(pod: Pod): string | undefined {
  if ((pod.spec.serviceAccountName ?? "") !== "") return "serviceaccounts";
  for (const volume of pod.spec.volumes ?? []) {
    const used = usedByVolume(volume as unknown as Readonly<Record<string, unknown>>);
    if (used !== undefined) return used;
  }
  const references = [...podReferences(pod)];
  return ["secrets", "configmaps", "resourceclaims"].find((plural) =>
    references.some((reference) => reference.startsWith(`${plural}/`)),
  );
}

function usedByVolume(volume: Readonly<Record<string, unknown>>): string | undefined {
  const source = Object.keys(VOLUMES).find((member) => volume[member] !== undefined);
  if (source !== undefined) return VOLUMES[source];
  const { sources = [] } = (volume["projected"] ?? {}) as { sources?: readonly object[] };
  const projected = sources.flatMap((each) => Object.keys(each)).find((member) => PROJECTED[member] !== undefined);
  return projected === undefined ? undefined : PROJECTED[projected];
}

const VOLUMES: Readonly<Record<string, string>> = {
  configMap: "configmaps (via configmap volumes)",
  secret: "secrets (via secret volumes)",
  csi: "csidrivers (via CSI volumes)",
  glusterfs: "endpoints (via glusterFS volumes)",
  persistentVolumeClaim: "persistentvolumeclaims",
  ephemeral: "persistentvolumeclaims (via ephemeral volumes)",
  azureFile: "secrets (via azureFile volumes)",
};

const PROJECTED: Readonly<Record<string, string>> = {
  configMap: "configmaps (via projected volumes)",
  secret: "secrets (via projected volumes)",
  serviceAccountToken: "serviceaccounts (via projected volumes)",
  clusterTrustBundle: "clustertrustbundles",
  podCertificate: "podcertificates",
};
