import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../api/generated/core-v1.ts";
import type { StorageClass } from "../../api/generated/storage-v1.ts";
import { BIND_COMPLETED } from "../../api/core/v1/volume-binding.ts";
import { nameKey } from "../../client/informer.ts";
import type { VolumeView } from "./view.ts";

/** What there is of volumes, for tables of cases. */
export interface Volumes {
  readonly claims?: readonly PersistentVolumeClaim[];
  readonly volumes?: readonly PersistentVolume[];
  readonly classes?: readonly StorageClass[];
}

export function volumesOf({ claims = [], volumes = [], classes = [] }: Volumes): VolumeView {
  return {
    claim: (key) => claims.find(({ metadata }) => nameKey(metadata) === key),
    volume: (name) => volumes.find(({ metadata }) => metadata.name === name),
    volumes: () => volumes,
    storageClass: (name) => classes.find(({ metadata }) => metadata.name === name),
  };
}

export const noVolumes = volumesOf({});

/** A claim for 1Gi of the class `late`; bound to a volume where one is named. */
export function claimOf(
  name: string,
  more: {
    readonly volume?: string;
    readonly spec?: Partial<PersistentVolumeClaim["spec"]>;
    readonly metadata?: object;
    readonly phase?: PersistentVolumeClaim["status"]["phase"];
    readonly revision?: number;
  } = {},
): PersistentVolumeClaim {
  const { volume, revision = 1 } = more;
  const bound = volume === undefined ? {} : { annotations: { [BIND_COMPLETED]: "yes" } };
  return {
    metadata: { namespace: "default", name, uid: name, resourceVersion: String(revision), ...bound, ...more.metadata },
    spec: {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "late",
      ...(volume === undefined ? {} : { volumeName: volume }),
      ...more.spec,
    },
    status: { phase: more.phase ?? (volume === undefined ? "Pending" : "Bound") },
  } as unknown as PersistentVolumeClaim;
}

/** A free volume of 1Gi of the class `late`; only reached from one node where one is named. */
export function volumeOf(
  name: string,
  more: {
    readonly node?: string;
    readonly storage?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly spec?: Partial<PersistentVolume["spec"]>;
    readonly revision?: number;
  } = {},
): PersistentVolume {
  const { node, storage = "1Gi", labels = {}, revision = 1 } = more;
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }];
  return {
    metadata: { name, labels, uid: name, resourceVersion: String(revision) },
    spec: {
      capacity: { storage },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "late",
      ...(node === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } }),
      ...more.spec,
    },
    status: { phase: "Available" },
  } as unknown as PersistentVolume;
}

export function storageClassOf(name: string, more: Partial<StorageClass> = {}): StorageClass {
  return {
    metadata: { name },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "WaitForFirstConsumer",
    ...more,
  } as unknown as StorageClass;
}

/** The part of a pod's spec that uses these claims. */
export function using(...claims: readonly string[]): Pick<Pod["spec"], "volumes"> {
  return { volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })) };
}
