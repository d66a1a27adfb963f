import type { CertificateSigner } from "../api/certificates/reader.ts";
import type { KindRegistry } from "../api/registry.ts";
import type { Aggregator } from "../apiserver/aggregation/aggregator.ts";
import type { Controller } from "../reconciler/controller.ts";
import { apiServicesController } from "./apiservices/controller.ts";
import { bootstrapSigner } from "./bootstrapsigner/controller.ts";
import { clusterRoleAggregationController } from "./clusterrole-aggregation/controller.ts";
import { customResourceDefinitionController } from "./customresourcedefinition/controller.ts";
import { cronJobController } from "./cronjob/controller.ts";
import { csrApproving } from "./csrapproving/controller.ts";
import { csrCleaner } from "./csrcleaner/controller.ts";
import { csrServing } from "./csrserving/controller.ts";
import { csrSigning } from "./csrsigning/controller.ts";
import { daemonSetController } from "./daemonset/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { disruptionController } from "./disruption/controller.ts";
import { staleDisruptionController } from "./disruption/stale.ts";
import { endpointsController } from "./endpoints/controller.ts";
import { endpointSliceController } from "./endpointslice/controller.ts";
import { endpointSliceMirroringController } from "./endpointslicemirroring/controller.ts";
import { garbageCollector } from "./garbagecollector/controller.ts";
import { ipAddressesController } from "./ipaddresses/controller.ts";
import { jobController } from "./job/controller.ts";
import { loadBalancerController, type LoadBalancerOptions } from "./loadbalancer/controller.ts";
import { namespaceController } from "./namespace/controller.ts";
import { nodeIpamController } from "./nodeipam/controller.ts";
import { nodeLifecycleController } from "./nodelifecycle/controller.ts";
import { claimBinder, volumeBinder } from "./persistentvolume/controller.ts";
import { podGarbageCollector } from "./podgc/controller.ts";
import { claimProtection } from "./pvcprotection/controller.ts";
import { volumeProtection } from "./pvprotection/controller.ts";
import { flowSchemasController, priorityLevelsController } from "./priorityandfairness/configuration.ts";
import { danglingController } from "./priorityandfairness/dangling.ts";
import { replicaSetController } from "./replicaset/controller.ts";
import { replicationControllerController } from "./replicationcontroller/controller.ts";
import { resourceQuotaController } from "./resourcequota/controller.ts";
import { rootCaPublisher } from "./root-ca-publisher/controller.ts";
import { serviceCidrsController } from "./servicecidrs/controller.ts";
import { serviceAccountController } from "./serviceaccount/controller.ts";
import { serviceAccountTokenController } from "./serviceaccounttoken/controller.ts";
import { statefulSetController } from "./statefulset/controller.ts";
import { taintEvictionController } from "./tainteviction/controller.ts";
import { tokenCleaner } from "./tokencleaner/controller.ts";
import { ttlController } from "./ttl/controller.ts";
import { attributesClassProtection } from "./vacprotection/controller.ts";
import { policyStatusController } from "./validatingadmissionpolicystatus/controller.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished/controller.ts";

export interface ControllersOptions {
  /** Every kind that the API server serves, as they come and go. */
  readonly registry: KindRegistry;
  /** The way to other API servers of the cluster, where there is a network. */
  readonly aggregator?: Pick<Aggregator, "probe" | "forget">;
  /** By which pods know the API server, in PEM. */
  readonly rootCa: string;
  /** The network of all pods, of which each node gets a part; or two of both families, with a comma. */
  readonly podCidr: string;
  /** Signs what the certificates API is asked for. */
  readonly certificates: CertificateSigner;
  /** The node on the API server's own machine, if it is one. */
  readonly ownNode?: string | undefined;
  /** Absent: nobody gives services of type LoadBalancer their addresses. */
  readonly loadBalancer?: LoadBalancerOptions;
  /** For how long nothing may be heard of a node, in ms. Default: Kubernetes' 50 s. */
  readonly nodeGraceMs?: number;
}

/** Every loop of a cluster, as Kubernetes' controller manager runs them. */
export function allControllers(options: ControllersOptions): readonly Controller[] {
  const { registry, aggregator, rootCa, podCidr, certificates, ownNode, loadBalancer, nodeGraceMs } = options;
  const simple = [
    deploymentController,
    replicaSetController,
    replicationControllerController,
    statefulSetController,
    cronJobController,
    ttlAfterFinishedController,
    staleDisruptionController,
    endpointSliceMirroringController,
    serviceAccountController,
    serviceCidrsController,
    ipAddressesController,
    clusterRoleAggregationController,
    priorityLevelsController,
    flowSchemasController,
    danglingController,
    claimBinder,
    volumeBinder,
    claimProtection,
    volumeProtection,
    attributesClassProtection,
  ] as readonly unknown[] as readonly Controller[];
  return [
    ...simple,
    endpointSliceController(),
    endpointsController(),
    daemonSetController(),
    jobController(),
    namespaceController(registry),
    customResourceDefinitionController(registry),
    ...(aggregator === undefined ? [] : [apiServicesController(aggregator)]),
    policyStatusController(registry),
    disruptionController(registry),
    rootCaPublisher(rootCa),
    serviceAccountTokenController(rootCa),
    podGarbageCollector(),
    nodeLifecycleController(nodeGraceMs),
    taintEvictionController(),
    nodeIpamController(podCidr.split(",")),
    ...(loadBalancer === undefined ? [] : [loadBalancerController(loadBalancer)]),
    csrApproving(certificates),
    csrServing(certificates, ownNode),
    csrSigning(certificates),
    csrCleaner(certificates),
    bootstrapSigner(),
    tokenCleaner(),
    ttlController(),
    // The last, since they follow every kind, and whole objects only where somebody asked for those before.
    resourceQuotaController(registry),
    garbageCollector(registry),
  ];
}
