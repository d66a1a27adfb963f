import type { Pod, Taint, Toleration } from "../../api/generated/core-v1.ts";
import { tolerates } from "../../api/core/v1/tolerations.ts";

/** How long a pod may stay on a node with these taints, in milliseconds; undefined for ever. */
export function toleratedMs({ spec }: Pod, taints: readonly Taint[]): number | undefined {
  const used = new Set<Toleration>();
  for (const taint of taints) {
    const fitting = spec.tolerations?.filter((toleration) => tolerates(toleration, taint)) ?? [];
    if (fitting.length === 0) return 0;
    for (const toleration of fitting) used.add(toleration);
  }
  const seconds = [...used].flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return seconds.length === 0 ? undefined : Math.max(0, Math.min(...seconds)) * 1000;
}

/** The taints that drive pods away that are on the node already. */
export function evicting(taints: readonly Taint[] | undefined): readonly Taint[] {
  return taints?.filter(({ effect }) => effect === "NoExecute") ?? [];
}
