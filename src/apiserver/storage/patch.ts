import { mergePatch } from "../../machinery/patch/merge-patch.ts";
import type { ObjectOutcome, Operation } from "../operation.ts";
import type { StorageContext } from "./context.ts";
import { decodeObject } from "./decode-body.ts";
import { ownedOnUpdate } from "./ownership.ts";
import { modify } from "./update.ts";

export function patchObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  return modify(context, operation, (live) => {
    const patched = mergePatch(live, operation.body);
    return {
      object: decodeObject(operation, operation.kind, patched),
      manage: (next) => ownedOnUpdate(context, operation, live, next),
    };
  });
}
