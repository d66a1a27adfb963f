// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
import type { KubeObject, ListMeta } from "../../machinery/object.ts";

export interface PriorityClass extends KubeObject {
  readonly kind: "PriorityClass";
  readonly apiVersion: "scheduling.k8s.io/v1";
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy: "Never" | "PreemptLowerPriority";
}

export interface PriorityClassList {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ListMeta;
  readonly items: readonly PriorityClass[];
}
