import type { Binding, Node, Pod } from "../../api/generated/core-v1.ts";
import type { Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin } from "./admission.ts";
import type { Lookup } from "./lookup.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** A pod is told where it is by labels of its node: as it is bound, or as it is made for a node. */
export function topologyLabels(lookup: Lookup): AdmissionPlugin {
  return {
    name: "PodTopologyLabels",
    admit({ kind, operation, subresource, object }) {
      if (kind.kind !== "Pod" || kind.group !== "" || operation !== "CREATE") return;
      const node = subresource === "binding" ? boundTo(object as unknown as Binding) : madeFor(subresource, object);
      if (node === "") return;
      const { labels = {} } = lookup.get<Node>("core/nodes", node)?.metadata ?? {};
      const copied = LABELS.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]] as const]));
      if (copied.length === 0) return;
      const { metadata } = object as unknown as Mutable<Pod | Binding>;
      metadata.labels = { ...metadata.labels, ...Object.fromEntries(copied) };
    },
  };
}

function boundTo({ target }: Binding): string {
  return target.kind === "Node" ? (target.name ?? "") : "";
}

function madeFor(subresource: string, object: unknown): string {
  return subresource === "" ? ((object as Pod).spec.nodeName ?? "") : "";
}
