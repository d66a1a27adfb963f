import { MutatingWebhookConfiguration } from "./admissionregistration/v1/mutating-webhook-configuration.ts";
import { ValidatingWebhookConfiguration } from "./admissionregistration/v1/validating-webhook-configuration.ts";
import { ConfigMap } from "./core/v1/config-map.ts";
import { Endpoints } from "./core/v1/endpoints.ts";
import { Event } from "./core/v1/event.ts";
import { LimitRange } from "./core/v1/limit-range.ts";
import { Namespace } from "./core/v1/namespace.ts";
import { Node } from "./core/v1/node.ts";
import { PersistentVolumeClaim } from "./core/v1/persistent-volume-claim.ts";
import { PersistentVolume } from "./core/v1/persistent-volume.ts";
import { Pod } from "./core/v1/pod.ts";
import { PodTemplate } from "./core/v1/pod-template.ts";
import { ReplicationController } from "./core/v1/replication-controller.ts";
import { ResourceQuota } from "./core/v1/resource-quota.ts";
import { Secret } from "./core/v1/secret.ts";
import { ServiceAccount } from "./core/v1/service-account.ts";
import { Service } from "./core/v1/service.ts";
import { CustomResourceDefinition } from "./apiextensions/v1/custom-resource-definition.ts";
import { ControllerRevision } from "./apps/v1/controller-revision.ts";
import { DaemonSet } from "./apps/v1/daemon-set.ts";
import { Deployment } from "./apps/v1/deployment.ts";
import { ReplicaSet } from "./apps/v1/replica-set.ts";
import { StatefulSet } from "./apps/v1/stateful-set.ts";
import { SelfSubjectReview } from "./authentication/v1/self-subject-review.ts";
import { TokenReview } from "./authentication/v1/token-review.ts";
import { LocalSubjectAccessReview } from "./authorization/v1/local-subject-access-review.ts";
import { SelfSubjectAccessReview } from "./authorization/v1/self-subject-access-review.ts";
import { SelfSubjectRulesReview } from "./authorization/v1/self-subject-rules-review.ts";
import { SubjectAccessReview } from "./authorization/v1/subject-access-review.ts";
import { HorizontalPodAutoscaler } from "./autoscaling/v2/horizontal-pod-autoscaler.ts";
import { CertificateSigningRequest } from "./certificates/v1/certificate-signing-request.ts";
import { CronJob } from "./batch/v1/cron-job.ts";
import { Job } from "./batch/v1/job.ts";
import { Lease } from "./coordination/v1/lease.ts";
import { EndpointSlice } from "./discovery/v1/endpoint-slice.ts";
import { Event as EventsEvent } from "./events/v1/event.ts";
import { Ingress } from "./networking/v1/ingress.ts";
import { IPAddress } from "./networking/v1/ip-address.ts";
import { NetworkPolicy } from "./networking/v1/network-policy.ts";
import { ServiceCIDR } from "./networking/v1/service-cidr.ts";
import { PodDisruptionBudget } from "./policy/v1/pod-disruption-budget.ts";
import { ClusterRoleBinding } from "./rbac/v1/cluster-role-binding.ts";
import { ClusterRole } from "./rbac/v1/cluster-role.ts";
import { RoleBinding } from "./rbac/v1/role-binding.ts";
import { Role } from "./rbac/v1/role.ts";
import { PriorityClass } from "./scheduling/v1/priority-class.ts";
import { StorageClass } from "./storage/v1/storage-class.ts";
import { allFacts, groups } from "./generated/resources.ts";
import { defineKind, type Kind } from "./kind.ts";

/** The kinds that have rules of their own. All others are served by their facts alone. */
const DECLARED = [
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  ConfigMap,
  Endpoints,
  Event,
  LimitRange,
  Namespace,
  Node,
  PersistentVolumeClaim,
  PersistentVolume,
  Pod,
  PodTemplate,
  ReplicationController,
  ResourceQuota,
  Secret,
  ServiceAccount,
  Service,
  CustomResourceDefinition,
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
  SelfSubjectReview,
  TokenReview,
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SelfSubjectRulesReview,
  SubjectAccessReview,
  HorizontalPodAutoscaler,
  CertificateSigningRequest,
  CronJob,
  Job,
  Lease,
  EndpointSlice,
  EventsEvent,
  Ingress,
  NetworkPolicy,
  IPAddress,
  ServiceCIDR,
  PodDisruptionBudget,
  ClusterRoleBinding,
  ClusterRole,
  RoleBinding,
  Role,
  PriorityClass,
  StorageClass,
] as unknown as readonly Kind[];

/** Every kind that Kubernetes serves by default, in the order of discovery. */
export function builtInKinds(): readonly Kind[] {
  const declared = new Map(DECLARED.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]));
  const served = new Set(
    groups.flatMap(({ name, versions }) =>
      versions.filter(({ servedByDefault }) => servedByDefault).map(({ version }) => `${name}/${version}`),
    ),
  );
  return allFacts
    .filter(({ group, version }) => served.has(`${group}/${version}`))
    .map((facts) => {
      const apiVersion = facts.group === "" ? facts.version : `${facts.group}/${facts.version}`;
      return declared.get(`${apiVersion}/${facts.kind}`) ?? defineKind(facts);
    });
}
