import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { givenEmpty, withGivenEmpty } from "../../machinery/given-empty.ts";
import type { Json, JsonObject, MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject, ManagedFieldsEntry } from "../../machinery/object.ts";
import { type Applied, applyConfiguration } from "../../machinery/ownership/apply.ts";
import { excluding } from "../../machinery/ownership/filter.ts";
import type { OtherVersion } from "../../machinery/ownership/transfer.ts";
import {
  entriesOf,
  managerFromUserAgent,
  ownershipOnUpdate,
  type WriteContext,
  type Writer,
} from "../../machinery/ownership/update.ts";
import type { Operation } from "../operation.ts";
import type { StorageContext } from "./context.ts";
import { converted, otherCustomVersion, otherVersion } from "./other-version.ts";
import { resetsOf } from "./resets.ts";

/** Says who manages the fields of a new object. */
export function ownedOnCreate(context: StorageContext, operation: Operation, object: MutableJsonObject): void {
  const entries = ownershipOnUpdate(
    writeContext(context, operation),
    undefined,
    withGivenEmpty(object),
    writerOf(context, operation),
    entriesSent(object),
  );
  setManagedFields(object, entries);
}

/** Says who manages the fields after a change. */
export function ownedOnUpdate(
  context: StorageContext,
  operation: Operation,
  live: KubeObject,
  next: MutableJsonObject,
): void {
  const before = live as unknown as JsonObject;
  const entries = ownershipOnUpdate(
    writeContext(context, operation),
    before,
    withGivenEmpty(next),
    writerOf(context, operation),
    entriesSent(next),
  );
  setManagedFields(next, entries);
}

/** Lays an applied configuration over the live object. */
export function applied(
  context: StorageContext,
  operation: Operation,
  live: KubeObject | undefined,
  config: JsonObject,
): Applied {
  const { kind, options } = operation;
  return applyConfiguration(
    { ...writeContext(context, operation), kind: kind.kind },
    live as JsonObject | undefined,
    config,
    writerOf(context, operation),
    { force: options.force === true },
  );
}

export function setManagedFields(object: MutableJsonObject, entries: readonly ManagedFieldsEntry[]): void {
  const metadata = (object["metadata"] ??= {}) as MutableJsonObject;
  if (entries.length === 0) delete metadata["managedFields"];
  else metadata["managedFields"] = entries as unknown as MutableJsonObject[];
}

function writerOf({ clock }: StorageContext, { options, userAgent, subresource = "" }: Operation): Writer {
  const given = options.fieldManager ?? "";
  const manager = given === "" ? managerFromUserAgent(userAgent) : given;
  return { manager, subresource, now: clock.now() };
}

/** The managed fields that are asked for: decoding drops an empty list, which asks to forget all owners. */
function entriesSent(object: MutableJsonObject): readonly ManagedFieldsEntry[] | undefined {
  const metadata = object["metadata"] as object | undefined;
  return entriesOf(object) ?? (givenEmpty(metadata, "managedFields") as readonly never[] | undefined);
}

const contexts = new WeakMap<Kind, Map<string, WriteContext>>();

function writeContext({ registry }: StorageContext, { kind, subresource = "" }: Operation): WriteContext {
  let known = contexts.get(kind);
  if (known === undefined) contexts.set(kind, (known = new Map()));
  let context = known.get(subresource);
  if (context === undefined) known.set(subresource, (context = makeContext(registry, kind, subresource)));
  return context;
}

/** What a write by this way cannot change is never owned by its writer. */
function makeContext(registry: KindRegistry, kind: Kind, subresource: string): WriteContext {
  const { shape, apiVersion, custom } = kind;
  const versions = (version: string) => otherForm(registry, kind, version);
  const context = { shape, apiVersion, isUnchecked: custom !== undefined, versions };
  const reset = resetsOf(kind, subresource);
  return reset.length === 0 ? context : { ...context, filter: excluding(...reset) };
}

/** How fields look in another version that is served. */
function otherForm(registry: KindRegistry, kind: Kind, apiVersion: string): OtherVersion | undefined {
  const said = { apiVersion, kind: kind.kind };
  const other = kind.custom === undefined ? otherVersion(kind, said) : otherCustomVersion(registry, kind, said);
  if (other === undefined) return undefined;
  const between = (from: Kind, to: Kind) => (value: Json) => converted(value as MutableJsonObject, from, to);
  return { shape: other.shape, convert: between(kind, other), convertBack: between(other, kind) };
}
