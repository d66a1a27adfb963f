import { type Kind, keyOf } from "../../api/kind.ts";
import type { CallOptions } from "../../client/call.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject, Mutable } from "../../machinery/object.ts";
import { conflictError, isStatus, notFoundError, success } from "../../machinery/status.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { type Entry, RevisionMismatch } from "../../store/contract.ts";
import { derivedOperation, type ListOutcome, objectOutcome, type Operation, type Outcome } from "../operation.ts";
import { admissionRequest } from "./admit.ts";
import { inOrder } from "./codec.ts";
import { findEntry, groupKindOf, isDryRun, recordOf, resourceOf, type StorageContext, storedKind } from "./context.ts";
import { listObjects } from "./read.ts";
import { checkDeleteOptions } from "./options.ts";
import { prepareViews, storedForm, viewEntry } from "./view.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** Deletes an object: at once, or by marking it where grace or finalizers hold it. */
export function deleteObject(context: StorageContext, operation: Operation): Promise<Outcome> {
  checkDeleteOptions(operation);
  warnOfOrphans(operation);
  return deleteOne(context, operation);
}

/** Deletes an object that whatever asks before deletions is not asked about. */
export function deleteAdmitted(context: StorageContext, operation: Operation): Promise<Outcome> {
  checkDeleteOptions(operation);
  return deleteOne(context, operation, { admitted: true });
}

async function deleteOne(context: StorageContext, operation: Operation, { admitted = false } = {}): Promise<Outcome> {
  while (true) {
    const stored = findEntry(context, operation);
    if (stored === undefined) throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
    if (operation.kind.conversion !== undefined) await prepareViews(operation.kind, [stored]);
    const live = viewEntry(operation.kind, stored).value;
    checkPreconditions(operation.kind, operation.options.preconditions, live);
    if (!admitted) await admitDeletion(context, operation, live);
    try {
      return await remove(context, operation, stored, live);
    } catch (error) {
      // Somebody wrote in between: look again, under the same preconditions.
      if (!(error instanceof RevisionMismatch)) throw error;
      await context.store.caughtUp();
    }
  }
}

/** Deletes whatever a list of the same options would show; answers that list. */
export async function deleteCollection(context: StorageContext, operation: Operation): Promise<ListOutcome> {
  checkDeleteOptions(operation);
  warnOfOrphans(operation);
  const listing = await listObjects(context, operation);
  for (const { value } of listing.entries) {
    const { name, namespace } = value.metadata;
    try {
      await deleteOne(context, derivedOperation(operation, { name, namespace }));
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
  }
  return listing;
}

async function remove(
  context: StorageContext,
  operation: Operation,
  stored: Entry<KubeObject>,
  live: KubeObject,
): Promise<Outcome> {
  const { kind } = operation;
  const key = keyOf(storedKind(kind), operation.namespace, live.metadata.name);
  const mark = deletionMark(context, operation, live);
  if (mark === "pending") return objectOutcome(kind, live);
  if (mark !== undefined) {
    if (isDryRun(operation)) return objectOutcome(kind, mark);
    const value = kind.view === undefined ? mark : await storedForm(kind, mark);
    const entry = await context.store.update(key, value, stored.revision, recordOf(operation, []));
    if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
    return { ...objectOutcome(kind, viewEntry(kind, entry).value), entry: viewEntry(kind, entry) };
  }
  const last = isDryRun(operation) ? live : await deleted(context, operation, key, stored);
  if (kind.answersDeleted === true) return objectOutcome(kind, withoutGrace(context, kind, last));
  const { name, uid } = live.metadata;
  const details = { name, ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.plural, uid };
  return { type: "status", code: 200, status: success(details) };
}

/** @returns the object as it was last */
async function deleted(
  { store }: StorageContext,
  operation: Operation,
  key: string,
  stored: Entry<KubeObject>,
): Promise<KubeObject> {
  const { kind } = operation;
  const entry = await store.delete(key, stored.revision, recordOf(operation, []));
  if (kind.conversion !== undefined) await prepareViews(kind, [entry]);
  return viewEntry(kind, entry).value;
}

/** An object that had a right to grace and went without is answered as one whose grace is over. */
function withoutGrace({ clock }: StorageContext, kind: Kind, live: KubeObject): KubeObject {
  if (kind.gracePeriod === undefined) return live;
  const metadata: Mutable<KubeObject["metadata"]> = { ...(live.metadata as Mutable<KubeObject["metadata"]>) };
  metadata.deletionTimestamp = formatTime(clock.now());
  metadata.deletionGracePeriodSeconds = 0;
  countDeletion(metadata, live);
  return inOrder({ ...live, metadata });
}

/**
 * The object marked for deletion, where something must happen before it goes; undefined where it goes at once;
 * "pending" where it is marked already and nothing changes.
 */
function deletionMark(
  context: StorageContext,
  operation: Operation,
  live: KubeObject,
): KubeObject | "pending" | undefined {
  const { kind } = operation;
  const finalizers = finalizersOnDeletion(kind, operation, live);
  const finalizersChanged = finalizers.join() !== (live.metadata.finalizers ?? []).join();
  if (live.metadata.deletionTimestamp !== undefined && kind.held?.(live) === true) return "pending";
  const grace = graceOf(context, operation, live);
  const metadata: Mutable<KubeObject["metadata"]> = { ...(live.metadata as Mutable<KubeObject["metadata"]>) };
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  if (grace !== undefined && grace !== "pending") {
    metadata.deletionTimestamp = grace.deletionTimestamp;
    metadata.deletionGracePeriodSeconds = grace.seconds;
    countDeletion(metadata, live);
    return { ...live, metadata };
  }
  if (grace === "pending") return finalizersChanged ? { ...live, metadata } : "pending";
  if (finalizers.length === 0 && kind.held?.(live) !== true) return undefined;
  if (live.metadata.deletionTimestamp === undefined) metadata.deletionTimestamp = formatTime(context.clock.now());
  // What is held by more than its finalizers has no grace that could be over, and Kubernetes does not count its mark.
  if (kind.held === undefined) {
    if (finalizers.length > 0) metadata.deletionGracePeriodSeconds = 0;
    countDeletion(metadata, live);
  }
  const unchanged =
    !finalizersChanged &&
    live.metadata.deletionTimestamp !== undefined &&
    (live.metadata.deletionGracePeriodSeconds ?? 0) === 0;
  return unchanged ? "pending" : marked(kind, { ...live, metadata });
}

function marked(kind: Kind, object: KubeObject): KubeObject {
  if (kind.markDeleted === undefined) return object;
  const copy = structuredClone(object);
  kind.markDeleted(copy as unknown as MutableJsonObject);
  return copy;
}

/** The first mark is a change of what is wanted: loops of the object's kind should look. */
function countDeletion(metadata: Mutable<KubeObject["metadata"]>, live: KubeObject): void {
  if (live.metadata.deletionTimestamp === undefined && (live.metadata.generation ?? 0) > 0) {
    metadata.generation = live.metadata.generation! + 1;
  }
}

interface Grace {
  readonly seconds: number;
  readonly deletionTimestamp: string;
}

/** Undefined: no grace. "pending": a running grace stays as it is; it can only be shortened. */
function graceOf(
  { clock }: StorageContext,
  { kind, options }: Operation,
  live: KubeObject,
): Grace | "pending" | undefined {
  if (kind.gracePeriod === undefined) return undefined;
  const asked = options.gracePeriodSeconds === undefined ? undefined : normalGrace(options.gracePeriodSeconds);
  const { deletionTimestamp, deletionGracePeriodSeconds: running = 0 } = live.metadata;
  if (deletionTimestamp === undefined) {
    const answer = kind.gracePeriod(live, asked);
    if (answer === undefined || answer.seconds === 0) return undefined;
    return { seconds: answer.seconds, deletionTimestamp: formatTime(clock.now() + answer.seconds * 1000) };
  }
  if (running === 0) return undefined;
  if (asked === undefined || asked >= running) return "pending";
  if (asked === 0) return undefined;
  const due = parseTime(deletionTimestamp) - (running - asked) * 1000;
  if (due >= clock.now()) return { seconds: asked, deletionTimestamp: formatTime(due) };
  return { seconds: 1, deletionTimestamp: formatTime(clock.now()) };
}

/** Negative values count as one second. */
function normalGrace(seconds: number): number {
  return seconds < 0 ? 1 : seconds;
}

function finalizersOnDeletion(kind: Kind, { options }: Operation, live: KubeObject): readonly string[] {
  const present = live.metadata.finalizers ?? [];
  const others = present.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  const policy = propagationOf(kind, options, present);
  if (policy === "Orphan") return [...others, ORPHAN];
  if (policy === "Foreground") return [...others, FOREGROUND];
  return others;
}

function propagationOf(
  kind: Kind,
  options: Operation["options"],
  finalizers: readonly string[],
): "Orphan" | "Foreground" | "Background" {
  if (kind.defaultPropagation === "never") return "Background";
  if (options.orphanDependents !== undefined) return options.orphanDependents ? "Orphan" : "Background";
  if (options.propagationPolicy !== undefined) return options.propagationPolicy;
  if (finalizers.includes(ORPHAN)) return "Orphan";
  if (finalizers.includes(FOREGROUND)) return "Foreground";
  return kind.defaultPropagation === "orphan" ? "Orphan" : "Background";
}

async function admitDeletion(context: StorageContext, operation: Operation, live: KubeObject): Promise<void> {
  const request = admissionRequest(operation, "DELETE", { old: live, name: live.metadata.name });
  await context.admission.admit(request);
  await context.admission.validate(request);
}

/** @throws {StatusError} 409 for an object that is not the one that is meant */
export function checkPreconditions(
  kind: Kind,
  preconditions: CallOptions["preconditions"],
  { metadata }: KubeObject,
): void {
  for (const [name, field] of [
    ["UID", "uid"],
    ["ResourceVersion", "resourceVersion"],
  ] as const) {
    const wanted = preconditions?.[field];
    const actual = metadata[field];
    if (wanted === undefined || wanted === actual) continue;
    // What is held by more than its finalizers is deleted by code of its own in Kubernetes, with words of its own.
    if (kind.held !== undefined) {
      const why = `Precondition failed: ${name} in precondition: ${wanted}, ${name} in object meta: ${actual}`;
      throw conflictError(resourceOf(kind), metadata.name, why);
    }
    const mismatch = `the ${name} in the precondition (${wanted}) does not match the ${name} in record (${actual})`;
    // Kubernetes names the kind here where the resource is meant; clients have seen it so for years.
    throw conflictError(groupKindOf(kind), metadata.name, `${mismatch}. The object might have been ${SINCE[field]}`);
  }
}

const SINCE = { uid: "deleted and then recreated", resourceVersion: "modified" } as const;

function warnOfOrphans(operation: Operation): void {
  const { kind, options } = operation;
  const says = options.propagationPolicy !== undefined || options.orphanDependents !== undefined;
  if (kind.warnsOfOrphans !== undefined && !says) operation.warn(kind.warnsOfOrphans);
}
