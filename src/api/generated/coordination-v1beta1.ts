// Written by tools/generate from Kubernetes v1.36.3, input db148949ec147ed9. Never edited: run `npm run generate`.
import type { KubeObject, ListMeta } from "../../machinery/object.ts";

export interface LeaseCandidate extends KubeObject {
  readonly kind: "LeaseCandidate";
  readonly apiVersion: "coordination.k8s.io/v1beta1";
  readonly spec: LeaseCandidateSpec;
}

export interface LeaseCandidateList {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: ListMeta;
  readonly items: readonly LeaseCandidate[];
}

export interface LeaseCandidateSpec {
  readonly leaseName: string;
  readonly pingTime?: string;
  readonly renewTime?: string;
  readonly binaryVersion: string;
  readonly emulationVersion?: string;
  readonly strategy: string;
}
