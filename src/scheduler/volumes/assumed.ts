import type { PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import { nameKey } from "../../client/informer.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { VolumeView } from "./view.ts";

/**
 * What was told, with what was decided in the meantime over it: a volume that one pod has got is no other pod's. What was assumed
 * of an object holds until a newer version of it is told.
 */
export class AssumedVolumes implements VolumeView {
  readonly told: VolumeView;
  readonly #claims = new Map<string, PersistentVolumeClaim>();
  readonly #volumes = new Map<string, PersistentVolume>();

  constructor(told: VolumeView) {
    this.told = told;
  }

  claim(key: string): PersistentVolumeClaim | undefined {
    return newer(this.told.claim(key), this.#claims.get(key));
  }

  volume(name: string): PersistentVolume | undefined {
    return newer(this.told.volume(name), this.#volumes.get(name));
  }

  volumes(): readonly PersistentVolume[] {
    const told = this.told.volumes();
    if (this.#volumes.size === 0) return told;
    return told.map((volume) => newer(volume, this.#volumes.get(volume.metadata.name))!);
  }

  storageClass(name: string) {
    return this.told.storageClass(name);
  }

  assume(volumes: readonly PersistentVolume[], claims: readonly PersistentVolumeClaim[]): void {
    for (const volume of volumes) this.#volumes.set(volume.metadata.name, volume);
    for (const claim of claims) this.#claims.set(nameKey(claim.metadata), claim);
  }

  /** What others have assumed since stays. */
  release(volumes: readonly PersistentVolume[], claims: readonly PersistentVolumeClaim[]): void {
    for (const volume of volumes) removeFrom(this.#volumes, volume.metadata.name, volume);
    for (const claim of claims) removeFrom(this.#claims, nameKey(claim.metadata), claim);
  }
}

function newer<T extends KubeObject>(told: T | undefined, assumed: T | undefined): T | undefined {
  if (told === undefined || assumed === undefined) return told;
  return isNewer(told, assumed) ? told : assumed;
}

export function isNewer({ metadata }: KubeObject, than: KubeObject): boolean {
  return Number(metadata.resourceVersion) > Number(than.metadata.resourceVersion);
}

function removeFrom<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.get(key) === value) map.delete(key);
}
