import type { Kind } from "../../api/kind.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { derivedOperation, type Operation } from "../operation.ts";
import { admissionRequest } from "./admit.ts";
import type { StorageContext } from "./context.ts";
import { metadataOf, setNamespace } from "./create.ts";
import { decodeObject } from "./decode-body.ts";
import { withoutTwiceNamedOwners } from "./owner-references.ts";
import { ownedOnCreate } from "./ownership.ts";

/** A body that is answered and never stored, as an object of the kind: a review, or what a subresource takes. */
export function decodeQuestion(context: StorageContext, operation: Operation, kind: Kind): MutableJsonObject {
  const object = decodeObject(operation, kind, operation.body);
  const asked = derivedOperation(operation, { kind });
  setNamespace(asked, metadataOf(object));
  withoutTwiceNamedOwners(asked, object, "before");
  ownedOnCreate(context, asked, object);
  return object;
}

/** The body of a subresource that takes another kind (a Binding, an Eviction, a TokenRequest), after admission has seen it. */
export async function admitQuestion(
  context: StorageContext,
  operation: Operation,
  kind: Kind,
): Promise<MutableJsonObject> {
  const object = decodeQuestion(context, operation, kind);
  const name = operation.name ?? "";
  const request = { ...admissionRequest(operation, "CREATE", { object, name }), objectKind: kind };
  await context.admission.admit(request);
  withoutTwiceNamedOwners(operation, object, "after");
  await context.admission.validate(request);
  return object;
}
