import { age } from "../../columns.ts";
import { facts } from "../../generated/resources.ts";
import type { StorageClass as StoredStorageClass } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type StorageClass = StoredStorageClass;

export const StorageClass: Kind<StorageClass> = defineKind(facts.storage.v1.StorageClass, {
  answersDeleted: true,
  columns: [
    { name: "Name", type: "string", format: "name", value: nameOf },
    { name: "Provisioner", type: "string", value: ({ provisioner }) => provisioner },
    { name: "ReclaimPolicy", type: "string", value: ({ reclaimPolicy }) => reclaimPolicy },
    { name: "VolumeBindingMode", type: "string", value: ({ volumeBindingMode }) => volumeBindingMode },
    {
      name: "AllowVolumeExpansion",
      type: "string",
      value: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false,
    },
    age,
  ],
});

function nameOf({ metadata }: StorageClass): string {
  const isDefault = [
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
  ].some((key) => metadata.annotations?.[key] === "true");
  return isDefault ? `${metadata.name} (default)` : metadata.name;
}
