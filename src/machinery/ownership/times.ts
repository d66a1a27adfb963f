import { sameJson } from "../same-json.ts";
import type { JsonObject } from "../json.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import { entriesOf, withoutEntries } from "./update.ts";

/**
 * Whether two states of an object differ in nothing but the times of their managed fields. Such a write is none: the live
 * object stays, and watchers hear nothing. Both must be decoded and defaulted.
 */
export function differOnlyInTimes(live: JsonObject, next: JsonObject): boolean {
  const before = entriesOf(live) ?? [];
  const after = entriesOf(next) ?? [];
  if (before.length !== after.length || after.length === 0) return false;
  if (before.every(({ time }, index) => time === after[index]!.time)) return false;
  return (
    sameJson(before.map(withoutTime), after.map(withoutTime)) && sameJson(withoutEntries(live), withoutEntries(next))
  );
}

function withoutTime({ time: _, ...entry }: ManagedFieldsEntry): object {
  return entry;
}
