import { Lease } from "../api/coordination/v1/lease.ts";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { Node } from "../api/core/v1/node.ts";
import { PersistentVolume } from "../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../api/core/v1/pod.ts";
import { Secret } from "../api/core/v1/secret.ts";
import { ServiceAccount } from "../api/core/v1/service-account.ts";
import { Service } from "../api/core/v1/service.ts";
import { facts } from "../api/generated/resources.ts";
import { defineKind } from "../api/kind.ts";

// The kinds that the kubelet reads and writes, under names that leave those of the objects' types free.
export const PodKind = Pod;
export const NodeKind = Node;
export const LeaseKind = Lease;
export const ConfigMapKind = ConfigMap;
export const SecretKind = Secret;
export const ServiceKind = Service;
export const PersistentVolumeKind = PersistentVolume;
export const PersistentVolumeClaimKind = PersistentVolumeClaim;
export const ServiceAccountKind = ServiceAccount;
export const ClusterTrustBundleKind = defineKind(facts.certificates.v1beta1.ClusterTrustBundle);
