import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Operation } from "../operation.ts";
import { isDryRun } from "./context.ts";

/** The operation as admission sees it. */
export function admissionRequest(
  operation: Operation,
  what: AdmissionRequest["operation"],
  objects: { readonly object?: MutableJsonObject; readonly old?: KubeObject; readonly name: string },
): AdmissionRequest {
  return {
    operation: what,
    kind: operation.kind,
    namespace: operation.namespace ?? "",
    subresource: operation.subresource ?? "",
    user: operation.user,
    options: operation.options,
    dryRun: isDryRun(operation),
    warn: operation.warn,
    ...objects,
  };
}
