import type { KindRegistry } from "../api/registry.ts";
import type { Controller } from "../reconciler/controller.ts";
import { replicaSetController } from "./replicaset/controller.ts";

export interface ControllerOptions {
  readonly registry: KindRegistry;
  /** The certificate of the cluster's authority, in PEM, for pods. */
  readonly rootCa: string;
  /** The network of all pods, of which each node gets a part. */
  readonly podCidr: string;
}

/** Every loop of the control plane. */
export function allControllers(_options: ControllerOptions): readonly Controller[] {
  return [replicaSetController as unknown as Controller];
}
