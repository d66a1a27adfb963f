import type { Mutable, ObjectMeta } from "../../machinery/object.ts";
import type { AdmissionPlugin } from "./admission.ts";

/** What keeps a volume, or the claim to one, while somebody uses it. */
const FINALIZERS: Readonly<Record<string, string>> = {
  PersistentVolume: "kubernetes.io/pv-protection",
  PersistentVolumeClaim: "kubernetes.io/pvc-protection",
};

/** New volumes and claims are not to go before the loops that look after them find them out of use. */
export const storageProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  admit({ kind, operation, subresource, object }) {
    const finalizer = FINALIZERS[kind.kind];
    if (kind.group !== "" || finalizer === undefined || subresource !== "" || operation !== "CREATE") return;
    const { metadata } = object as unknown as { readonly metadata: Mutable<ObjectMeta> };
    const finalizers = metadata.finalizers ?? [];
    if (!finalizers.includes(finalizer)) metadata.finalizers = [...finalizers, finalizer];
  },
};
