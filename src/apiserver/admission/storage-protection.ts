import type { Mutable, ObjectMeta } from "../../machinery/object.ts";
import type { AdmissionPlugin } from "./admission.ts";

/** What keeps a volume, the claim to one, or a class of attributes while somebody uses it. By resource. */
const FINALIZERS: Readonly<Record<string, string>> = {
  "/persistentvolumes": "kubernetes.io/pv-protection",
  "/persistentvolumeclaims": "kubernetes.io/pvc-protection",
  "storage.k8s.io/volumeattributesclasses": "kubernetes.io/vac-protection",
};

/** New ones are not to go before the loops that look after them find them out of use. */
export const storageProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  admit({ kind, operation, subresource, object }) {
    const finalizer = FINALIZERS[`${kind.group}/${kind.plural}`];
    if (finalizer === undefined || subresource !== "" || operation !== "CREATE") return;
    const { metadata } = object as unknown as { readonly metadata: Mutable<ObjectMeta> };
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
  },
};
