// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
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
