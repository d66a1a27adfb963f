import type { Pod, Toleration } from "../../api/generated/core-v1.ts";
import type { Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin } from "./admission.ts";

const TOLERATED_SECONDS = 300;
const TAINTS = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

/** A pod stays for five minutes on a node that does not answer, unless it says otherwise. */
export const defaultTolerations: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  admit({ kind, operation, subresource, object }) {
    if (kind.kind !== "Pod" || kind.group !== "" || subresource !== "" || operation === "DELETE") return;
    const pod = object as unknown as Mutable<Pod>;
    for (const key of TAINTS) {
      if (pod.spec.tolerations?.some((toleration) => toleratesNoExecute(toleration as Toleration, key)) === true)
        continue;
      const added = { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: TOLERATED_SECONDS } as const;
      pod.spec.tolerations = [...(pod.spec.tolerations ?? []), added];
    }
  },
};

function toleratesNoExecute({ key = "", effect }: Toleration, taint: string): boolean {
  return (key === taint || key === "") && (effect === undefined || effect === "NoExecute");
}
