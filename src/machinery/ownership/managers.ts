import { byteOrder } from "../byte-order.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import type { JsonObject } from "../json.ts";
import type { FieldSet } from "./field-set.ts";
import { emptySet, parseFields, printFields, unionSets } from "./field-set.ts";
import { OwnershipError } from "./path-element.ts";

/** One who owns fields: an entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** The empty text for the object itself. */
  readonly subresource: string;
  readonly set: FieldSet;
  /** RFC 3339; absent where the manager's first apply changed nothing. */
  readonly time: string | undefined;
  /** What the set was read from: written again as it is while the set stays. */
  readonly read?: { readonly set: FieldSet; readonly fields: object };
}

/** Managers by what tells them apart; see `managerKey`. */
export type Managers = Map<string, Manager>;

type Identity = Pick<Manager, "name" | "operation" | "apiVersion" | "subresource">;

/** What tells managers apart. An applier is the same in every version. */
export function managerKey({ name, operation, apiVersion, subresource }: Identity): string {
  return JSON.stringify([name, operation, operation === "Apply" ? "" : apiVersion, subresource]);
}

/** Reads `metadata.managedFields`. @throws OwnershipError for entries that Kubernetes does not accept */
export function readManagers(entries: readonly ManagedFieldsEntry[]): Managers {
  const managers: Managers = new Map();
  entries.forEach((entry, index) => {
    const { manager: name = "", operation, apiVersion = "", fieldsType, fieldsV1, subresource = "", time } = entry;
    if (operation !== "Apply" && operation !== "Update")
      throw new OwnershipError("operation must be `Apply` or `Update`");
    if (apiVersion === "") throw new OwnershipError("apiVersion must not be empty");
    if ((fieldsType as string | undefined) !== "FieldsV1") {
      throw new OwnershipError(
        (fieldsType ?? "") === ""
          ? `missing fieldsType in managed fields entry ${index}`
          : `invalid fieldsType "${fieldsType}" in managed fields entry ${index}`,
      );
    }
    const set = fieldsV1 === undefined ? emptySet : parseFields(fieldsV1 as JsonObject);
    const read = fieldsV1 === undefined ? {} : { read: { set, fields: fieldsV1 } };
    const manager: Manager = { name, operation, apiVersion, subresource, set, time, ...read };
    managers.set(managerKey(manager), manager);
  });
  return managers;
}

/** Writes `metadata.managedFields`: appliers first, each group by time. */
export function writeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()]
    .sort(entryOrder)
    .map(({ name, operation, apiVersion, subresource, set, time, read }) => ({
      ...(name === "" ? {} : { manager: name }),
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1: read?.set === set ? read.fields : printFields(set),
      ...(subresource === "" ? {} : { subresource }),
    }));
}

function entryOrder(left: Manager, right: Manager): number {
  return (
    byteOrder(left.operation, right.operation) ||
    byteOrder(left.time ?? "", right.time ?? "") ||
    byteOrder(left.name, right.name) ||
    byteOrder(left.apiVersion, right.apiVersion) ||
    byteOrder(left.subresource, right.subresource)
  );
}

/** Kubernetes keeps so many updaters apart; the oldest above that become one. */
const MOST_UPDATERS = 10;
const OLD_UPDATERS = "ancient-changes";

/** Joins the oldest updaters of a version into one, so that objects written by ever new names do not grow. */
export function capUpdaters(managers: Managers): void {
  const updaters = [...managers].filter(([, { operation }]) => operation === "Update");
  if (updaters.length <= MOST_UPDATERS) return;
  updaters.sort(
    ([leftKey, left], [rightKey, right]) =>
      byteOrder(left.time ?? "", right.time ?? "") || byteOrder(leftKey, rightKey),
  );
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [key, manager] of updaters) {
    if (count <= MOST_UPDATERS) return;
    const { apiVersion, time } = manager;
    const bucket = { name: OLD_UPDATERS, operation: "Update", apiVersion, subresource: "" } as const;
    const bucketKey = managerKey(bucket);
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, key);
      continue;
    }
    const gathered = managers.get(bucketKey) ?? managers.get(first)!;
    if (!managers.has(bucketKey)) managers.delete(first);
    managers.delete(key);
    managers.set(bucketKey, { ...bucket, set: unionSets(manager.set, gathered.set), time });
    count--;
  }
}
