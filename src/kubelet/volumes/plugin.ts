import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Volume,
} from "../../api/generated/core-v1.ts";
import type { DownwardFacts } from "../containers/downward.ts";
import type { NodePaths } from "../containers/names.ts";
import type { Disk } from "../ports/disk.ts";

/** One kind of volume. Each lives in a file of its own; the list of them stands in plugins.ts. */
export interface VolumePlugin {
  /** The part of its folder's name behind `kubernetes.io~`. */
  readonly name: string;
  /** Its folder is in memory, since what it holds must not reach the disk. */
  readonly inMemory?: true;
  handles(volume: Volume): boolean;
  /**
   * Finds what the volume is made of, and that it is what the pod asks for; may be called any number of times.
   * @throws Error in Kubernetes' words, shown behind `MountVolume.SetUp failed for volume "x" : `
   */
  find(context: VolumeContext): Promise<FoundVolume>;
  /** Takes it down again; only what was made here. */
  tearDown?(directory: string, disk: Disk): Promise<void>;
}

export interface VolumeContext {
  readonly pod: Pod;
  readonly volume: Volume;
  /** The volume's own folder. Not there yet. */
  readonly directory: string;
  readonly paths: NodePaths;
  readonly disk: Disk;
  readonly objects: VolumeObjects;
  readonly facts: DownwardFacts;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Makes the volume stand, or brings it up to date. From here on only the disk itself can fail. */
export type FoundVolume = () => Promise<ReadyVolume>;

export interface ReadyVolume {
  /** What containers mount. */
  readonly hostPath: string;
  readonly readOnly: boolean;
  /** Its content expires: it must be set up again by then. */
  readonly refreshAtMs?: number;
}

/** What of the API goes into volumes. */
export interface VolumeObjects {
  /** Undefined where there is no such object. */
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  token(request: TokenDemand): Promise<ServiceAccountToken>;
  /** The PEM of the trust bundles of that name or signer, undefined where there is none. */
  trustBundle(selection: TrustSelection): Promise<string | undefined>;
}

export interface TokenDemand {
  readonly pod: Pod;
  readonly audience: string;
  readonly expirationSeconds: number;
}

export interface ServiceAccountToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

export interface TrustSelection {
  readonly name?: string;
  readonly signerName?: string;
  readonly matchLabels?: Readonly<Record<string, string>>;
}
