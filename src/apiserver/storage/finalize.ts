import type { Namespace } from "../../api/generated/core-v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Operation, Outcome } from "../operation.ts";
import type { StorageContext } from "./context.ts";
import { decodeObject } from "./decode-body.ts";
import { checkRevision, modify, replacing } from "./update.ts";

/** `namespaces/finalize`: the only way to take a finalizer out of a namespace's spec. */
export function finalizeNamespace(context: StorageContext, operation: Operation): Promise<Outcome> {
  const body = decodeObject(operation, operation.kind, operation.body) as unknown as Namespace;
  return modify(context, operation, (live) => {
    checkRevision(operation.kind, body.metadata, live);
    const { finalizers: _old, ...spec } = (live as Namespace).spec;
    const { finalizers } = body.spec;
    const next = { ...live, spec: finalizers === undefined ? spec : { ...spec, finalizers } } as KubeObject;
    return replacing(context, operation, next);
  });
}
