import type { Mutable } from "../../../machinery/object.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import type { ResourceClaimSpec } from "../../generated/resource-v1.ts";

/** Who asks for an exact number of devices, and says no number, asks for one. */
export function defaultCounts({ devices }: Mutable<ResourceClaimSpec>): void {
  for (const { exactly, firstAvailable = [] } of devices.requests ?? []) {
    for (const request of exactly === undefined ? firstAvailable : [exactly, ...firstAvailable]) {
      if ((request.allocationMode ?? EXACT) === EXACT && !request.count) request.count = 1;
    }
  }
}

const EXACT = "ExactCount";

/** As Kubernetes' server has it, and shows it. */
export function shownClaimSpec(spec: ResourceClaimSpec): object {
  return internalForm("ResourceClaimSpec", spec, "resource.v1");
}
