import type { Mutable } from "../../../machinery/object.ts";
import type { RollingUpdateDaemonSet, RollingUpdateDeployment } from "../../generated/apps-v1.ts";

/** How many pods may be missing, or there are too many, while they are replaced. */
type RollingUpdate = RollingUpdateDeployment | RollingUpdateDaemonSet;

/** What Kubernetes holds for figures that were not given and have no default: it knows no absent ones. */
export const NONE_AT_ONCE = { maxUnavailable: 0, maxSurge: 0 } as const;

export function fillRollingUpdate(rolling: Mutable<RollingUpdate> | undefined, figures: Required<RollingUpdate>): void {
  if (rolling === undefined) return;
  rolling.maxUnavailable ??= figures.maxUnavailable;
  rolling.maxSurge ??= figures.maxSurge;
}

/** As messages show it. */
export function shownRollingUpdate(rolling: RollingUpdate | undefined): object | null {
  return rolling === undefined ? null : { MaxUnavailable: rolling.maxUnavailable, MaxSurge: rolling.maxSurge };
}
