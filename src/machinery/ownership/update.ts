import { compile } from "../decode-compile.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import type { Shape } from "../shape.ts";
import { formatTime } from "../time.ts";
import { unionSets } from "./field-set.ts";
import type { Manager, Managers } from "./managers.ts";
import { capUpdaters, managerKey, readManagers, writeManagers } from "./managers.ts";
import { OwnershipError } from "./path-element.ts";
import type { WriteContext } from "./transfer.ts";
import { transferOwnership, withoutServerFields } from "./transfer.ts";
import { shapeProblems } from "./validate.ts";

export type { WriteContext } from "./transfer.ts";

/** Who writes, and when. */
export interface Writer {
  /** The `fieldManager` parameter, or else what `managerFromUserAgent` makes of the client. */
  readonly manager: string;
  /** The empty text for the object itself. */
  readonly subresource: string;
  /** Milliseconds since the epoch. Kubernetes notes none for a write by the scale subresource. */
  readonly now: number | undefined;
}

/**
 * The managed fields of an object after a create, update or patch: what the write changed is the writer's, and no one
 * else's any more.
 * @param live the object before the write; undefined at its creation
 * @param next the object to be stored
 * @param sent the managed fields that are asked for; an empty list asks to forget all owners
 */
export function ownershipOnUpdate(
  context: WriteContext,
  live: JsonObject | undefined,
  next: JsonObject,
  writer: Writer,
  sent: readonly ManagedFieldsEntry[] | undefined = entriesOf(next),
): readonly ManagedFieldsEntry[] {
  try {
    const managers = managersOf(live, writer.subresource === "" ? sent : undefined);
    // Who once gave up ownership (an empty list of managed fields) is tracked again from the first apply on.
    if (managers.size === 0 && live !== undefined) return [];
    // Kubernetes leaves owners as they are where the fields are not what the schema says.
    const isOfShape = context.isUnchecked !== true || [live, next].every((value) => fits(context.shape, value));
    if (isOfShape) recordUpdate(context, managers, live ?? zeroOf(context.shape), next, writer);
    return writeManagers(managers);
  } catch (error) {
    // Kubernetes stores an object whose fields cannot be told apart without tracking them.
    if (error instanceof OwnershipError) return [];
    throw error;
  }
}

function fits(shape: Shape, value: Json | undefined): boolean {
  return value === undefined || shapeProblems(shape, value, { allowDuplicates: true }) === undefined;
}

/** Gives the writer all that a change touches. @throws OwnershipError */
export function recordUpdate(context: WriteContext, managers: Managers, live: Json, next: Json, writer: Writer): void {
  const { modified, added } = transferOwnership(context, managers, { live, next, by: "", force: true });
  const set = withoutServerFields(unionSets(modified, added));
  if (set.size > 0) {
    const name = writer.manager === "" ? "unknown" : writer.manager;
    const { apiVersion } = context;
    const identity = { name, operation: "Update", apiVersion, subresource: writer.subresource } as const;
    const key = managerKey(identity);
    const previous = managers.get(key);
    const manager: Manager = {
      ...identity,
      set: previous === undefined ? set : unionSets(previous.set, set),
      time: timeOf(writer),
    };
    managers.set(key, manager);
  }
  capUpdaters(managers);
}

export function timeOf({ now }: Writer): string | undefined {
  return now === undefined ? undefined : formatTime(now);
}

/** The managed fields that a write starts from: those sent, if they are valid, else the live ones. */
function managersOf(live: JsonObject | undefined, sent: readonly ManagedFieldsEntry[] | undefined): Managers {
  if (sent !== undefined) {
    if (isReset(sent)) return new Map();
    const managers = readOr(sent);
    if (managers.size > 0) return managers;
  }
  return live === undefined ? new Map() : readOr(entriesOf(live) ?? []);
}

/** An empty list, or one empty entry, is how a client asks to forget all owners. */
function isReset(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.length === 0 || (entries.length === 1 && Object.keys(entries[0]!).length === 0);
}

function readOr(entries: readonly ManagedFieldsEntry[]): Managers {
  try {
    return readManagers(entries);
  } catch (error) {
    if (error instanceof OwnershipError) return new Map();
    throw error;
  }
}

export function entriesOf(object: JsonObject): readonly ManagedFieldsEntry[] | undefined {
  const metadata = object["metadata"] as { readonly managedFields?: readonly ManagedFieldsEntry[] } | undefined;
  return metadata?.managedFields;
}

export function withoutEntries(object: JsonObject): JsonObject {
  const { managedFields: _, ...metadata } = object["metadata"] as JsonObject;
  return { ...object, metadata };
}

/** The object before it is created: what Go's zero value of the kind shows. */
export function zeroOf(shape: Shape): JsonObject {
  let zero = zeros.get(shape);
  if (zero === undefined) {
    zero = compile(shape).zero() as JsonObject;
    zeros.set(shape, zero);
  }
  return zero;
}

const zeros = new WeakMap<Shape, JsonObject>();

const LONGEST_MANAGER_BYTES = 128;
/** Printable ASCII that is not too long: nearly every client, on every write. */
const PLAIN_MANAGER = /^[ -~]{0,128}$/;
const encoder = new TextEncoder();

/** The manager's name for a client that gives none: its user agent up to the first slash, without what cannot be printed. */
export function managerFromUserAgent(userAgent: string): string {
  const given = userAgent.split("/", 1)[0]!;
  if (PLAIN_MANAGER.test(given)) return given;
  let name = "";
  let bytes = 0;
  for (const char of given) {
    if (!/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(char)) continue;
    bytes += encoder.encode(char).length;
    if (bytes > LONGEST_MANAGER_BYTES) break;
    name += char;
  }
  return name;
}
