import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core-v1.ts";
import type { CSIDriver } from "../../../api/generated/storage-v1.ts";
import { notFoundError } from "../../../machinery/status.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";

interface TokenRequest {
  readonly spec?: {
    readonly audiences?: readonly string[] | null;
    readonly boundObjectRef?: {
      readonly apiVersion?: string;
      readonly kind?: string;
      readonly name?: string;
      readonly uid?: string;
    } | null;
  };
}

/** Why a node may not have this token of a service account: it gets those alone that its pods are given. */
export function tokenRefusal(
  node: string,
  request: AdmissionRequest,
  lookup: Lookup,
  authorizer: Authorizer,
): string | undefined {
  if (request.operation !== "CREATE" || request.subresource !== "token") return undefined;
  const { boundObjectRef: bound, audiences } = (request.object as TokenRequest).spec ?? {};
  if (bound?.apiVersion !== "v1" || bound.kind !== "Pod" || !bound.name) {
    return "node requested token not bound to a pod";
  }
  if (!bound.uid) return "node requested token with a pod binding without a uid";
  const pod = lookup.get<Pod>("core/pods", bound.name, request.namespace);
  if (pod === undefined) throw notFoundError({ group: "", name: "pods" }, bound.name);
  if (bound.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  if (pod.spec.nodeName !== node) return "node requested token bound to a pod scheduled on a different node";
  return audienceRefusal(audiences ?? [], pod, { request, lookup, authorizer });
}

interface Asked {
  readonly request: AdmissionRequest;
  readonly lookup: Lookup;
  readonly authorizer: Authorizer;
}

function audienceRefusal(
  audiences: readonly string[],
  pod: Pod,
  { request, lookup, authorizer }: Asked,
): string | undefined {
  if (audiences.length > 1) return "node may only request 0 or 1 audiences";
  const [audience = ""] = audiences;
  if (usesAudience(pod, audience, lookup)) return undefined;
  const { user, namespace, name } = request;
  // Somebody may have given nodes tokens for this audience, by a right in its name.
  const resource = { group: "", version: "v1", plural: audience, subresource: "", namespace, name };
  const verb = "request-serviceaccounts-token-audience";
  if (authorizer.authorize({ user, verb, resource }).allowed) return undefined;
  return `audience "${audience}" not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`;
}

function usesAudience({ metadata, spec }: Pod, audience: string, lookup: Lookup): boolean {
  return (spec.volumes ?? []).some(({ name, projected, ephemeral, persistentVolumeClaim, csi }) => {
    const tokens = (projected?.sources ?? []).map(({ serviceAccountToken }) => serviceAccountToken);
    if (tokens.some((token) => token !== undefined && (token.audience ?? "") === audience)) return true;
    const claim = ephemeral === undefined ? persistentVolumeClaim?.claimName : `${metadata.name}-${name}`;
    const driverName = claim === undefined ? csi?.driver : driverOf(metadata.namespace!, claim, lookup);
    if (driverName === undefined) return false;
    const driver = lookup.get<CSIDriver>("storage.k8s.io/csidrivers", driverName);
    return driver?.spec.tokenRequests?.some((token) => token.audience === audience) ?? false;
  });
}

function driverOf(namespace: string, claimName: string, lookup: Lookup): string | undefined {
  const claim = lookup.get<PersistentVolumeClaim>("core/persistentvolumeclaims", claimName, namespace);
  const volumeName = claim?.spec.volumeName;
  if (volumeName === undefined) return undefined;
  return lookup.get<PersistentVolume>("core/persistentvolumes", volumeName)?.spec.csi?.driver;
}
