import type { AdmissionRequest } from "../admission/admission.ts";
import type { Operation } from "../operation.ts";
import { isDryRun } from "./context.ts";

/** The operation as admission sees it. */
export function admissionRequest(
  operation: Operation,
  what: AdmissionRequest["operation"],
  objects: Pick<AdmissionRequest, "object" | "old" | "name" | "reserved">,
): AdmissionRequest {
  return {
    operation: what,
    kind: operation.kind,
    namespace: operation.namespace ?? "",
    subresource: operation.subresource ?? "",
    user: operation.user,
    options: operation.options,
    dryRun: isDryRun(operation),
    warn: (text) => operation.warn(text),
    ...objects,
  };
}
