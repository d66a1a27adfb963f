// Written by tools/generate from Kubernetes v1.36.3, input c9cd928bcefd0036. Never edited: run `npm run generate`.
import type { KubeObject, ListMeta } from "../../machinery/object.ts";

export interface VolumeAttributesClass extends KubeObject {
  readonly kind: "VolumeAttributesClass";
  readonly apiVersion: "storage.k8s.io/v1beta1";
  readonly driverName: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface VolumeAttributesClassList {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ListMeta;
  readonly items: readonly VolumeAttributesClass[];
}
