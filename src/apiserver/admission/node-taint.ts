import type { Node } from "../../api/generated/core-v1.ts";
import type { Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin } from "./admission.ts";

const NOT_READY = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" } as const;

/** A new node takes no pods until the loop that watches nodes finds it ready. */
export const nodeTaint: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  admit({ kind, operation, subresource, object }) {
    if (kind.group !== "" || kind.kind !== "Node" || subresource !== "" || operation !== "CREATE") return;
    const node = object as unknown as Mutable<Node>;
    node.spec ??= {};
    const present = node.spec.taints ?? [];
    if (present.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return;
    node.spec.taints = [...present, { ...NOT_READY }];
  },
};
