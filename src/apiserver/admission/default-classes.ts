import type { PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import type { Ingress } from "../../api/generated/networking-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import type { KubeObject, Mutable } from "../../machinery/object.ts";
import { parseTime } from "../../machinery/time.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { Lookup } from "./lookup.ts";

/** Gives a claim that names no class the default one. */
export function defaultStorageClass(lookup: Lookup): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    admit({ kind, operation, subresource, object }) {
      if (kind.group !== "" || kind.kind !== "PersistentVolumeClaim") return;
      if (operation !== "CREATE" || subresource !== "") return;
      const { metadata, spec } = object as unknown as Mutable<PersistentVolumeClaim>;
      const named = metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec.storageClassName;
      if (named !== undefined) return;
      const chosen = newestDefault(lookup.list("storage.k8s.io/storageclasses"), [
        "storageclass.kubernetes.io/is-default-class",
        "storageclass.beta.kubernetes.io/is-default-class",
      ]);
      if (chosen !== undefined) spec.storageClassName = chosen;
    },
  };
}

/** Gives an ingress that names no class the default one. */
export function defaultIngressClass(lookup: Lookup): AdmissionPlugin {
  return {
    name: "DefaultIngressClass",
    admit({ kind, operation, subresource, object }) {
      if (kind.group !== "networking.k8s.io" || kind.kind !== "Ingress") return;
      if (operation !== "CREATE" || subresource !== "") return;
      const { metadata, spec } = object as unknown as Mutable<Ingress>;
      const named = metadata.annotations?.["kubernetes.io/ingress.class"] ?? spec.ingressClassName;
      if (named !== undefined) return;
      const chosen = newestDefault(lookup.list("networking.k8s.io/ingressclasses"), [
        "ingressclass.kubernetes.io/is-default-class",
      ]);
      if (chosen !== undefined) spec.ingressClassName = chosen;
    },
  };
}

/** Of several classes that are marked as the default, the newest counts; of those of one moment, the first by name. */
function newestDefault(classes: readonly KubeObject[], marks: readonly string[]): string | undefined {
  const marked = classes.filter(({ metadata }) => marks.some((mark) => metadata.annotations?.[mark] === "true"));
  const [first] = marked.toSorted(
    ({ metadata: left }, { metadata: right }) =>
      parseTime(right.creationTimestamp) - parseTime(left.creationTimestamp) || byteOrder(left.name, right.name),
  );
  return first?.metadata.name;
}
