import { shapes } from "../../api/generated/shapes.ts";
import { defineKind, type Kind } from "../../api/kind.ts";

// Kinds that only subresources speak of: they have no collection, and are never stored.

export const SCALE = partKind("autoscaling", "v1", "Scale");
/** Of custom kinds, Kubernetes has scales alone, and none but of their versions. */
export const CUSTOM_SCALE = { ...SCALE, isVersioned: true } as const;
export const BINDING = partKind("", "v1", "Binding");
export const EVICTION = partKind("policy", "v1", "Eviction");
/** Clients of the first days say it so; it is the same. */
export const OLD_EVICTION: Kind = defineKind({ ...EVICTION, version: "v1beta1" });
export const TOKEN_REQUEST = partKind("authentication.k8s.io", "v1", "TokenRequest");

function partKind(group: string, version: string, kind: string): Kind {
  const singular = kind.toLowerCase();
  return defineKind({
    group,
    version,
    kind,
    plural: `${singular}s`,
    singular,
    listKind: `${kind}List`,
    namespaced: true,
    verbs: [],
    shortNames: [],
    categories: [],
    subresources: [],
    shape: shapes(`io.k8s.api.${group.split(".")[0] || "core"}.${version}.${kind}`) as Kind["shape"],
    defaults: {},
  });
}
