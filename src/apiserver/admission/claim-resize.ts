import type { PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import type { StorageClass } from "../../api/generated/storage-v1.ts";
import { compareQuantities, parseQuantity } from "../../machinery/quantity.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

/** A claim may ask for more only where its class says that volumes can grow. */
export function claimResize(lookup: Lookup): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    validate(request) {
      const { kind, operation, subresource, object } = request;
      if (kind.group !== "" || kind.kind !== "PersistentVolumeClaim") return;
      if (operation !== "UPDATE" || subresource !== "") return;
      const claim = object as unknown as PersistentVolumeClaim;
      const old = request.old as PersistentVolumeClaim;
      if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return;
      if (old.status.phase !== "Bound") throw refusal(request, "Only bound persistent volume claims can be expanded");
      const name = classOf(claim);
      const found =
        name === "" || name !== classOf(old)
          ? undefined
          : lookup.get<StorageClass>("storage.k8s.io/storageclasses", name);
      if (found?.allowVolumeExpansion === true) return;
      const why = "the storageclass that provisions the pvc must support resize";
      throw refusal(request, `only dynamically provisioned pvc can be resized and ${why}`);
    },
  };
}

function sizeOf({ spec }: PersistentVolumeClaim) {
  return parseQuantity(spec.resources.requests?.["storage"] ?? "0");
}

function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec.storageClassName ?? "";
}
