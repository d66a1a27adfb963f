import { age, name } from "../../api/columns.ts";
import type { Scale } from "../../api/generated/autoscaling-v1.ts";
import { shapes } from "../../api/generated/shapes.ts";
import { type Column, defineKind, type Kind } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";

// Kinds that only subresources speak of: they have no collection, and are never stored.

const scale = partKind("autoscaling", "v1", "Scale");
const columns: readonly Column<Scale & KubeObject>[] = [
  { ...name, format: "" },
  { name: "Desired", type: "integer", value: ({ spec }) => spec.replicas ?? 0 },
  { name: "Available", type: "integer", value: ({ status }) => status.replicas },
  age,
];
export const SCALE: Kind = { ...scale, columns: columns as readonly Column<KubeObject>[] };
/** Of custom kinds, Kubernetes has scales alone, and none but of their versions; their tables have no columns of their own. */
export const CUSTOM_SCALE: Kind = { ...scale, isVersioned: true };
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
