import { facts } from "../api/generated/resources.ts";
import { defineKind } from "../api/kind.ts";

// What a client needs of the kinds that the kubelet reads and writes. Their rules are the API server's business.
export const PodKind = defineKind(facts.core.v1.Pod);
export const NodeKind = defineKind(facts.core.v1.Node);
export const LeaseKind = defineKind(facts.coordination.v1.Lease);
export const ConfigMapKind = defineKind(facts.core.v1.ConfigMap);
export const SecretKind = defineKind(facts.core.v1.Secret);
export const ServiceKind = defineKind(facts.core.v1.Service);
export const ServiceAccountKind = defineKind(facts.core.v1.ServiceAccount);
export const ClusterTrustBundleKind = defineKind(facts.certificates.v1beta1.ClusterTrustBundle);
