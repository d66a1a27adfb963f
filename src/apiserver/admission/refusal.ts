import type { StatusError } from "../../machinery/status.ts";
import { forbiddenError } from "../../machinery/status.ts";
import type { AdmissionRequest } from "./admission.ts";

/** A plugin's refusal: 403, named after the object or, before it has a name, after its generateName. */
export function refusal(request: AdmissionRequest, why: string): StatusError {
  const metadata = request.object?.["metadata"] as { name?: string; generateName?: string } | undefined;
  const name = request.name || metadata?.name || metadata?.generateName || "";
  return forbiddenError({ group: request.kind.group, name: request.kind.plural }, name, why);
}
