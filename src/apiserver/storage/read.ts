import { prefixOf } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { badRequest, expired, notFoundError } from "../../machinery/status.ts";
import { Compacted, type Entry } from "../../store/contract.ts";
import { entryOutcome, type ListOutcome, type ObjectOutcome, type Operation } from "../operation.ts";
import { findEntry, resourceOf, type StorageContext, storedKind } from "./context.ts";
import { decodeContinue, encodeContinue, expiredContinue } from "./continue-token.ts";
import { checkListOptions, parseRevision, waitForRevision } from "./revision.ts";
import { isOfOne, type Selection, selectionOf } from "./selection.ts";
import { prepareViews, viewEntry } from "./view.ts";

export async function getObject(context: StorageContext, operation: Operation): Promise<ObjectOutcome> {
  const revision = parseRevision(operation.options.resourceVersion);
  if (revision === undefined) await context.store.caughtUp();
  else await waitForRevision(context, revision, operation.signal);
  const entry = findEntry(context, operation);
  if (entry === undefined) throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
  if (operation.kind.conversion !== undefined) await prepareViews(operation.kind, [entry]);
  return entryOutcome(operation.kind, viewEntry(operation.kind, entry));
}

export async function listObjects(context: StorageContext, operation: Operation): Promise<ListOutcome> {
  const { options } = operation;
  checkListOptions({ ...options, isWatch: false });
  const selection = selectionOf(operation);
  const start = await startOf(context, operation);
  const limit = isOfOne(operation) ? undefined : limitOf(operation);
  let page: Page;
  try {
    page = await readPage(context, operation, selection, start, limit);
  } catch (error) {
    if (!(error instanceof Compacted)) throw error;
    if (start.after !== undefined) throw expiredContinue({ revision: error.requested, after: start.after });
    throw expired(`The resourceVersion for the provided list is too old.`);
  }
  const { entries, revision, remaining, next } = page;
  const metadata = {
    resourceVersion: String(revision),
    ...(next === undefined ? {} : { continue: encodeContinue({ revision, after: next }) }),
    ...(next === undefined || selection !== undefined ? {} : { remainingItemCount: remaining }),
  };
  return { type: "list", kind: operation.kind, metadata, entries: viewEntries(operation, entries) };
}

/** Whoever takes any state gets all of it at once. */
function limitOf({ options: { limit = 0, resourceVersion, resourceVersionMatch } }: Operation): number | undefined {
  return limit <= 0 || (resourceVersion === "0" && resourceVersionMatch !== "Exact") ? undefined : limit;
}

interface Start {
  readonly at?: number;
  readonly after?: string;
}

async function startOf(context: StorageContext, operation: Operation): Promise<Start> {
  const { options } = operation;
  const revision = listRevision(options.resourceVersion);
  if (options.continue !== undefined && options.continue !== "") {
    if (revision !== undefined && revision > 0) {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    const token = decodeContinue(options.continue);
    const prefix = prefixOf(storedKind(operation.kind), operation.namespace);
    if (!token.after.startsWith(prefix))
      throw badRequest("invalid continue token: continue key is not valid: invalid encoded start key");
    return token.revision < 0 ? { after: token.after } : { after: token.after, at: token.revision };
  }
  if (revision === undefined) {
    await context.store.caughtUp();
    return {};
  }
  await waitForRevision(context, revision, operation.signal);
  const { resourceVersionMatch = "" } = options;
  // Pages without a word about the match are of just that version: older clients mean it so.
  const isExact = resourceVersionMatch === "Exact" || (resourceVersionMatch === "" && limitOf(operation) !== undefined);
  return isExact ? { at: revision } : {};
}

function listRevision(text: string | undefined): number | undefined {
  try {
    return parseRevision(text);
  } catch (error) {
    throw badRequest(`invalid resource version: ${(error as Error).message}`);
  }
}

interface Page {
  readonly entries: readonly Entry<KubeObject>[];
  readonly revision: number;
  readonly remaining: number;
  /** The key after which the next page begins, absent on the last one. */
  readonly next?: string;
}

async function readPage(
  context: StorageContext,
  operation: Operation,
  selection: Selection | undefined,
  start: Start,
  limit: number | undefined,
): Promise<Page> {
  const prefix = prefixOf(storedKind(operation.kind), operation.namespace);
  if (selection === undefined) {
    const listing = context.store.list(prefix, { ...start, ...(limit === undefined ? {} : { limit }) });
    await prepareViews(operation.kind, listing.entries);
    const last = listing.entries.at(-1);
    return { ...listing, ...(listing.remaining > 0 && last !== undefined ? { next: last.key } : {}) };
  }
  const all = context.store.list(prefix, start);
  await prepareViews(operation.kind, all.entries);
  const seen = seenAs(operation);
  const entries: Entry<KubeObject>[] = [];
  for (const [index, entry] of all.entries.entries()) {
    if (!selection(seen(entry))) continue;
    entries.push(entry);
    // A full page ends the reading: whether what is left has any that are meant, the next page will tell.
    const remaining = all.entries.length - 1 - index;
    if (entries.length === limit && remaining > 0)
      return { entries, revision: all.revision, remaining, next: entry.key };
  }
  return { entries, revision: all.revision, remaining: 0 };
}

/** The object of an entry in the version that the operation speaks. */
function seenAs(operation: Operation): (entry: Entry<KubeObject>) => KubeObject {
  const { view, fromStored } = operation.kind;
  if (view === undefined && fromStored === undefined) return (entry) => entry.value;
  return (entry) => viewEntry(operation.kind, entry).value;
}

function viewEntries(operation: Operation, entries: readonly Entry<KubeObject>[]): readonly Entry<KubeObject>[] {
  return operation.kind.view === undefined && operation.kind.fromStored === undefined
    ? entries
    : entries.map((entry) => viewEntry(operation.kind, entry));
}
