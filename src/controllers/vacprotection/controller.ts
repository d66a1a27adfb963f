import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { VolumeAttributesClass } from "../../api/storage/v1/volume-attributes-class.ts";
import type { Cache } from "../../client/cache.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";
import { withFinalizer } from "../pvprotection/finalizer.ts";

const FINALIZER = "kubernetes.io/vac-protection";

/** Lets a deleted class of attributes go once no volume and no claim names it any more. */
export const attributesClassProtection = defineController({
  name: "volumeattributesclass-protection",
  reconciles: VolumeAttributesClass,
  watches: [
    watched(PersistentVolume, (volume, _cache, old = volume) => [...classesOf(volume), ...classesOf(old)]),
    watched(PersistentVolumeClaim, (claim, _cache, old = claim) => [...classesOfClaim(claim), ...classesOfClaim(old)]),
  ],
  async reconcile(key, { cache, client, because, signal }) {
    const attributes = cache.get(VolumeAttributesClass, key);
    if (attributes === undefined) return settled;
    const isGoing = attributes.metadata.deletionTimestamp !== undefined;
    if (isGoing && isUsed(key, cache)) return settled;
    const next = withFinalizer(attributes, FINALIZER, !isGoing);
    if (next === undefined) return settled;
    because(isGoing ? "no volume and no claim names the class" : "the class may come to be named");
    await client.update(VolumeAttributesClass, next, { signal });
    return settled;
  },
});

function isUsed(name: string, cache: Cache): boolean {
  return (
    cache.list(PersistentVolume).some((volume) => classesOf(volume).includes(name)) ||
    cache.list(PersistentVolumeClaim).some((claim) => classesOfClaim(claim).includes(name))
  );
}

function classesOf({ spec }: PersistentVolume): readonly string[] {
  return named(spec.volumeAttributesClassName);
}

/** Which class a claim wants, which one its volume has, and which one that is to become. */
function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = status;
  return named(
    spec.volumeAttributesClassName,
    currentVolumeAttributesClassName,
    modifyVolumeStatus?.targetVolumeAttributesClassName,
  );
}

function named(...names: readonly (string | undefined)[]): readonly string[] {
  return names.filter((name) => name !== undefined && name !== "") as readonly string[];
}
