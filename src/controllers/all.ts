import type { KindRegistry } from "../api/registry.ts";
import type { Controller } from "../reconciler/controller.ts";
import { clusterRoleAggregationController } from "./clusterrole-aggregation/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { endpointsController } from "./endpoints/controller.ts";
import { endpointSliceController } from "./endpointslice/controller.ts";
import { garbageCollector } from "./garbagecollector/controller.ts";
import { namespaceController } from "./namespace/controller.ts";
import { nodeIpamController } from "./nodeipam/controller.ts";
import { nodeLifecycleController } from "./nodelifecycle/controller.ts";
import { podGarbageCollector } from "./podgc/controller.ts";
import { replicaSetController } from "./replicaset/controller.ts";
import { replicationControllerController } from "./replicationcontroller/controller.ts";
import { rootCaPublisher } from "./root-ca-publisher/controller.ts";
import { serviceAccountController } from "./serviceaccount/controller.ts";
import { taintEvictionController } from "./tainteviction/controller.ts";

export interface ControllersOptions {
  /** Every kind that the API server serves, as they come and go. */
  readonly registry: KindRegistry;
  /** By which pods know the API server, in PEM. */
  readonly rootCa: string;
  /** The cluster's networks for pods, of each family one at most: every node gets a part. Default: nodes have their own. */
  readonly podNetworks?: readonly string[];
  /** The network of all pods, of which each node gets a part. */
  readonly podCidr: string;
}

/** Every loop of a cluster, as Kubernetes' controller manager runs them. */
export function allControllers({ registry, rootCa, podNetworks = [] }: ControllersOptions): readonly Controller[] {
  const simple = [
    deploymentController,
    replicaSetController,
    replicationControllerController,
    endpointSliceController,
    endpointsController,
    serviceAccountController,
    clusterRoleAggregationController,
  ] as readonly unknown[] as readonly Controller[];
  return [
    ...simple,
    namespaceController(registry),
    rootCaPublisher(rootCa),
    garbageCollector(registry),
    podGarbageCollector(),
    nodeLifecycleController(),
    taintEvictionController(),
    ...(podNetworks.length === 0 ? [] : [nodeIpamController(podNetworks)]),
  ];
}
