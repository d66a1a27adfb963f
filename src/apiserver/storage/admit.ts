import type { Kind } from "../../api/kind.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Operation } from "../operation.ts";
import { isDryRun, type StorageContext } from "./context.ts";

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

/** The body of a subresource that is another kind (a TokenRequest, an Eviction), after admission has seen it. */
export async function admitted(
  { admission }: StorageContext,
  operation: Operation,
  { group, version, kind }: Pick<Kind, "group" | "version" | "kind">,
): Promise<MutableJsonObject> {
  const object = structuredClone(operation.body ?? {}) as MutableJsonObject;
  const name = operation.name ?? "";
  const request = { ...admissionRequest(operation, "CREATE", { object, name }), objectKind: { group, version, kind } };
  await admission.admit(request);
  await admission.validate(request);
  return object;
}
