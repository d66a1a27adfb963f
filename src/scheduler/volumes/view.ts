import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { StorageClass } from "../../api/storage/v1/storage-class.ts";
import type { Cache } from "../../client/cache.ts";

/** Claims, volumes and classes as decisions see them. */
export interface VolumeView {
  /** @param key `namespace/name` */
  claim(key: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
}

/** As the API server told them. */
export function toldVolumes(cache: Cache): VolumeView {
  return {
    claim: (key) => cache.get(PersistentVolumeClaim, key),
    volume: (name) => cache.get(PersistentVolume, name),
    volumes: () => cache.list(PersistentVolume),
    storageClass: (name) => cache.get(StorageClass, name),
  };
}
