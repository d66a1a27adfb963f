import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Operation } from "../operation.ts";
import type { StorageContext } from "./context.ts";

/** Says who manages the fields of a new object. */
export function ownedOnCreate(_context: StorageContext, _operation: Operation, _object: MutableJsonObject): void {}

/** Says who manages the fields after a change. */
export function ownedOnUpdate(
  _context: StorageContext,
  _operation: Operation,
  _live: KubeObject,
  _next: MutableJsonObject,
): void {}
