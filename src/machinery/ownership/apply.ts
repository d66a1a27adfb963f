import { sameJson } from "../same-json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import type { Shape } from "../shape.ts";
import { badRequest, failure } from "../status.ts";
import { ConflictError, conflictError } from "./conflict.ts";
import type { FieldSet } from "./field-set.ts";
import { intersectSets, subtractSets, unionSets } from "./field-set.ts";
import { lastAppliedFields, withLastApplied } from "./last-applied.ts";
import type { Manager, Managers } from "./managers.ts";
import { managerKey, readManagers, writeManagers } from "./managers.ts";
import { mergeValues } from "./merge.ts";
import { OwnershipError } from "./path-element.ts";
import type { WriteContext } from "./transfer.ts";
import { transferOwnership, withoutServerFields } from "./transfer.ts";
import { claimedFields, removeFields, withNamedFields } from "./typed.ts";
import type { Writer } from "./update.ts";
import { entriesOf, recordUpdate, timeOf, withoutEntries, zeroOf } from "./update.ts";
import { shapeProblems } from "./validate.ts";

export interface Applied {
  /** The object with the configuration laid over it, not yet decoded or defaulted; shares parts with both. */
  readonly object: JsonObject;
  /** The managed fields that belong to it; those within the object are the former ones. */
  readonly managedFields: readonly ManagedFieldsEntry[];
  /** False where the object already was what the configuration asks for. */
  readonly changed: boolean;
}

/** What an apply writes to; of a kind that its errors name. */
interface ApplyContext extends WriteContext {
  readonly kind: string;
}

/**
 * Server-side apply: lays a configuration over the live object and takes away what the same manager applied before and no
 * longer does, unless another owns it.
 * @param live undefined where the object is to be created
 * @param config as parsed from the request, complete with apiVersion and kind
 * @throws StatusError 409 naming each field that another owns, unless forced; 400 or 500 for a configuration that does not
 * fit the kind, with Kubernetes' messages
 */
export function applyConfiguration(
  context: ApplyContext,
  live: JsonObject | undefined,
  config: JsonObject,
  writer: Writer,
  { force }: { readonly force: boolean },
): Applied {
  if ((entriesOf(config) ?? null) !== null) throw badRequest("metadata.managedFields must be nil");
  const before = live ?? zeroOf(context.shape);
  const applying: Applying = { context, live: before, config, writer, managers: readLive(before) };
  if (applying.managers.size === 0 && live !== undefined) trackExisting(applying);
  checkConfig(context, config);
  if (live !== undefined) checkLive(context, live);
  const applied = writer.manager === KUBECTL ? applyAsKubectl(applying, force) : apply(applying, force);
  return writer.manager === KUBECTL ? { ...applied, object: withLastApplied(applied.object, config) } : applied;
}

interface Applying {
  readonly context: ApplyContext;
  readonly live: JsonObject;
  readonly config: JsonObject;
  readonly writer: Writer;
  readonly managers: Managers;
}

/** The manager under which kubectl's server-side apply follows its client-side one. */
const KUBECTL = "kubectl";
/** Owns what was there before an object without owners is first applied. */
const BEFORE_FIRST_APPLY = "before-first-apply";

function checkConfig(context: ApplyContext, config: JsonObject): void {
  const { shape, apiVersion, kind } = context;
  if (config["apiVersion"] !== apiVersion || config["kind"] !== kind) {
    throw badRequest(`invalid object type: ${typeOf(config)}`);
  }
  const problem = shapeProblems(shape, config);
  if (problem !== undefined)
    throw failure(500, "", `failed to create typed patch object (${printWhich(context, config)}): ${problem}`);
}

/** Updates store what cannot be told apart, without owners; nothing can be laid over it. */
function checkLive(context: ApplyContext, live: JsonObject): void {
  const problem = shapeProblems(context.shape, withoutEntries(live), { allowDuplicates: true });
  if (problem !== undefined)
    throw failure(500, "", `failed to create typed live object (${printWhich(context, live)}): ${problem}`);
}

/** An object as Kubernetes names it in errors that nobody should see. */
function printWhich({ apiVersion, kind }: ApplyContext, object: JsonObject): string {
  const { name, namespace } = (object["metadata"] ?? {}) as { readonly name?: unknown; readonly namespace?: unknown };
  return `${textOf(namespace)}/${textOf(name)}; ${printType(apiVersion, kind)}`;
}

/** Of a version in more than two parts Go makes no type at all. */
function typeOf(config: JsonObject): string {
  const apiVersion = textOf(config["apiVersion"]);
  return apiVersion.split("/").length > 2 ? printType("", "") : printType(apiVersion, textOf(config["kind"]));
}

/** What should be a text and is not counts as none. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A type as Kubernetes prints it: `apps/v1, Kind=Deployment`, `/v1, Kind=Pod`. */
export function printType(apiVersion: string, kind: string): string {
  return `${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}

function readLive(live: JsonObject): Managers {
  try {
    return readManagers(entriesOf(live) ?? []);
  } catch (error) {
    if (error instanceof OwnershipError) throw failure(500, "", `failed to decode managed fields: ${error.message}`);
    throw error;
  }
}

/** @throws {StatusError} 500 where the fields of what is there cannot be told apart */
function trackExisting({ context, live, writer, managers }: Applying): void {
  try {
    recordUpdate(context, managers, zeroOf(context.shape), live, { ...writer, manager: BEFORE_FIRST_APPLY });
  } catch (error) {
    if (!(error instanceof OwnershipError)) throw error;
    const problem = shapeProblems(context.shape, live) ?? error.message;
    const why = `failed to convert new object (${printWhich(context, live)}) to smd typed: ${problem}`;
    throw failure(500, "", `failed to create manager for existing fields: ${why}`);
  }
}

/** Conflicts over what kubectl itself once applied from the client are none. */
function applyAsKubectl(applying: Applying, force: boolean): Applied {
  try {
    return apply({ ...applying, managers: new Map(applying.managers) }, force);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const allowed = lastAppliedFields(applying.context, applying.live);
    const remaining = error.conflicts
      .map(({ manager, set }) => ({ manager, set: subtractSets(set, allowed) }))
      .filter(({ set }) => set.size > 0);
    if (remaining.length > 0) throw conflictError(remaining);
    return apply(applying, true);
  }
}

function apply({ context, live, config, writer, managers }: Applying, force: boolean): Applied {
  const { shape, apiVersion, filter } = context;
  const identity = { name: writer.manager, operation: "Apply", apiVersion, subresource: writer.subresource } as const;
  const key = managerKey(identity);
  const last = managers.get(key);
  const claims = claimedFields(shape, config);
  const set = filter === undefined ? claims : filter(claims);
  managers.set(key, { ...identity, set, time: last?.time });
  const merged = mergeValues(shape, live, config);
  const next = last === undefined || last.set.size === 0 ? merged : prune(context, merged, managers, last);
  transferOwnership(context, managers, { live, next, by: key, force });
  const changed = !sameJson(live, next);
  const own = withoutServerFields(set);
  if (own.size === 0) managers.delete(key);
  else managers.set(key, { ...identity, set: own, time: changed ? timeOf(writer) : last?.time });
  return { object: next as JsonObject, managedFields: writeManagers(managers), changed };
}

/**
 * Takes away what the manager applied last time and does not apply now. What anybody owns comes back, and so does what
 * went only because something around it did.
 */
function prune(context: WriteContext, merged: Json, managers: Managers, last: Manager): Json {
  const versions = new Map<string, FieldSet>();
  for (const { apiVersion, set } of managers.values()) {
    const known = versions.get(apiVersion);
    versions.set(apiVersion, known === undefined ? set : unionSets(known, set));
  }
  const order = [last.apiVersion, ...[...versions.keys()].filter((version) => version !== last.apiVersion)];
  const first = viewIn(context, last.apiVersion);
  if (first === undefined) return merged;
  let pruned = first.back(removeFields(first.shape, first.to(merged), withNamedFields(last.set, first.shape)));
  for (const version of order) {
    const owned = versions.get(version);
    const view = owned === undefined ? undefined : viewIn(context, version);
    if (view !== undefined) pruned = view.back(addBackOwned(view.shape, view.to(merged), view.to(pruned), owned!));
  }
  return first.back(addBackDangling(first.shape, first.to(merged), first.to(pruned), last.set));
}

interface View {
  readonly shape: Shape;
  readonly to: (value: Json) => Json;
  readonly back: (value: Json) => Json;
}

function viewIn(context: WriteContext, apiVersion: string): View | undefined {
  if (apiVersion === context.apiVersion) return { shape: context.shape, to: (value) => value, back: (value) => value };
  const version = context.versions?.(apiVersion);
  return version && { shape: version.shape, to: version.convert, back: version.convertBack };
}

function addBackOwned(shape: Shape, merged: Json, pruned: Json, owned: FieldSet): Json {
  const named = (set: FieldSet) => withNamedFields(set, shape);
  const kept = unionSets(named(claimedFields(shape, pruned)), named(owned));
  return removeFields(shape, merged, subtractSets(named(claimedFields(shape, merged)), kept));
}

function addBackDangling(shape: Shape, merged: Json, pruned: Json, last: FieldSet): Json {
  const named = (set: FieldSet) => withNamedFields(set, shape);
  const gone = subtractSets(named(claimedFields(shape, merged)), named(claimedFields(shape, pruned)));
  return removeFields(shape, merged, intersectSets(gone, named(last)));
}
