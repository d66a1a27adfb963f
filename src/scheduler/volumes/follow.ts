import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { StorageClass } from "../../api/storage/v1/storage-class.ts";
import type { Cache } from "../../client/cache.ts";
import { nameKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import type { ClusterChange } from "../plugin.ts";

/** Tells of the changes of claims, volumes and classes that pods may wait for. */
export function followVolumes(cache: Cache, changed: (what: ClusterChange) => void): void {
  cache.informer(PersistentVolumeClaim).subscribe(({ object }) => changed(`claim ${nameKey(object.metadata)}`));
  cache.informer(PersistentVolume).subscribe(() => changed("volume"));
  cache.informer(StorageClass).subscribe((change) => {
    if (change.type === "deleted") return;
    // Of a class nothing else that counts here can be changed.
    const isOld = change.type === "updated" && sameJson(change.old.allowedTopologies, change.object.allowedTopologies);
    if (!isOld) changed("storage-class");
  });
}
