import type { MutableJsonObject } from "../../machinery/json.ts";
import type { Mutable, ObjectMeta } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import type { Operation } from "../operation.ts";

/** Takes out of a written object the owners that it names twice, and warns of them: before admission changes it, and after. */
export function withoutTwiceNamedOwners(
  operation: Operation,
  object: MutableJsonObject,
  when: "before" | "after",
): void {
  const metadata = (object["metadata"] ?? {}) as Partial<Mutable<ObjectMeta>>;
  const owners = metadata.ownerReferences ?? [];
  if (owners.length < 2) return;
  const isFirst = (index: number) => owners.findIndex((other) => sameJson(other, owners[index])) === index;
  const once = owners.filter((_, index) => isFirst(index));
  if (once.length === owners.length) return;
  const twice = owners.filter((_, index) => !isFirst(index)).map(({ uid }) => uid);
  const happens = when === "after" ? " after mutating admission happens" : "";
  operation.warn(
    `.metadata.ownerReferences contains duplicate entries${happens}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${twice.join(", ")}`,
  );
  metadata.ownerReferences = once;
}
