// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
import type { KubeObject, ListMeta } from "../../machinery/object.ts";
import type { Condition, GroupResource } from "./meta-v1.ts";

export interface StorageVersionMigration extends KubeObject {
  readonly kind: "StorageVersionMigration";
  readonly apiVersion: "storagemigration.k8s.io/v1beta1";
  readonly spec: StorageVersionMigrationSpec;
  readonly status: StorageVersionMigrationStatus;
}

export interface StorageVersionMigrationList {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ListMeta;
  readonly items: readonly StorageVersionMigration[];
}

export interface StorageVersionMigrationSpec {
  readonly resource: GroupResource;
}

export interface StorageVersionMigrationStatus {
  readonly conditions?: readonly Condition[];
  readonly resourceVersion?: string;
}
