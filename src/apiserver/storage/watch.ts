import { prefixOf } from "../../api/kind.ts";
import type { Timer } from "../../base/clock.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { expired, invalidError, type Status, StatusError } from "../../machinery/status.ts";
import { type Change, Compacted, type Entry, WatchOverflow } from "../../store/contract.ts";
import type { Operation, WatchOutcome, WatchStep } from "../operation.ts";
import { type StorageContext, storedKind } from "./context.ts";
import { checkListOptions, parseRevision, waitForRevision } from "./revision.ts";
import { type Selection, selectionOf } from "./selection.ts";
import { derivedEntry, prepareViews, viewEntry } from "./view.ts";

/** A watch without timeoutSeconds ends after 30 to 60 minutes, so that clients spread again over servers. */
const SHORTEST_TIMEOUT_MS = 30 * 60_000;
const BOOKMARK_EVERY_MS = 60_000;

/**
 * Watches from a revision; from the present state (sent as ADDED events first) where none or "0" is given, or where
 * `sendInitialEvents` asks for it.
 */
export async function watchObjects(context: StorageContext, operation: Operation): Promise<WatchOutcome> {
  const { options } = operation;
  checkListOptions({ ...options, isWatch: true });
  const selection = selectionOf(operation);
  const revision = parseRevision(options.resourceVersion);
  if (options.sendInitialEvents === true && revision !== undefined) {
    await waitForRevision(context, revision, operation.signal);
  }
  if (revision === undefined) await context.store.caughtUp();
  const { sendInitialEvents = revision === undefined } = options;
  if (sendInitialEvents && (options.continue ?? "") !== "") throw continuedWatch();
  const initial = options.sendInitialEvents ?? (revision === undefined || revision === 0);
  const from = initial || revision === undefined || revision === 0 ? undefined : revision;
  return { type: "watch", kind: operation.kind, steps: steps(context, operation, selection, from, initial) };
}

function continuedWatch(): Error {
  const body = "Forbidden: resourceVersionMatch is forbidden when continue is provided";
  const issue = { type: "FieldValueForbidden", field: "resourceVersionMatch", body } as const;
  return invalidError({ group: "meta.k8s.io", name: "ListOptions" }, "", [issue]);
}

async function* steps(
  context: StorageContext,
  operation: Operation,
  selection: Selection | undefined,
  from: number | undefined,
  initial: boolean,
): AsyncIterable<readonly WatchStep[]> {
  const { store, clock } = context;
  const prefix = prefixOf(storedKind(operation.kind), operation.namespace);
  let begin = from ?? store.revision;
  if (initial) {
    const listing = store.list(prefix);
    begin = listing.revision;
    await prepareViews(operation.kind, listing.entries);
    const seen = listing.entries.map((entry) => viewEntry(operation.kind, entry));
    const chosen = selection === undefined ? seen : seen.filter((entry) => selection(entry.value));
    const added: WatchStep[] = chosen.map((entry) => ({ type: "ADDED", entry }));
    // A watch from no version at all begins as if it had asked for the initial events.
    const { allowWatchBookmarks, resourceVersion = "", sendInitialEvents = resourceVersion === "" } = operation.options;
    if (sendInitialEvents && allowWatchBookmarks === true) {
      added.push({ type: "BOOKMARK", revision: begin, initialEventsEnd: true });
    }
    if (added.length > 0) yield added;
  }
  const timeout = new AbortController();
  using _timer: Timer = clock.timer(timeoutMs(context, operation), () => timeout.abort());
  const signal = AbortSignal.any([operation.signal, timeout.signal]);
  const bookmarks = operation.options.allowWatchBookmarks === true ? BOOKMARK_EVERY_MS : undefined;
  try {
    let bookmarkedAt = clock.now();
    for await (const changes of withIdleMarks(context, store.watch(prefix, begin, { signal }), bookmarks)) {
      if (changes === "idle") {
        bookmarkedAt = clock.now();
        yield [{ type: "BOOKMARK", revision: store.revision, initialEventsEnd: false }];
        continue;
      }
      const batch: WatchStep[] = [];
      if (operation.kind.conversion !== undefined) await prepareViews(operation.kind, bothForms(changes));
      for (const change of changes) {
        const step = stepOf(operation, change, selection);
        if (step !== undefined) batch.push(step);
      }
      if (bookmarks !== undefined && clock.now() - bookmarkedAt >= bookmarks) {
        bookmarkedAt = clock.now();
        batch.push({ type: "BOOKMARK", revision: changes.at(-1)!.entry.revision, initialEventsEnd: false });
      }
      if (batch.length > 0) yield batch;
    }
  } catch (error) {
    const status = watchFailure(error);
    if (status === undefined) throw error;
    yield [{ type: "ERROR", status }];
  }
}

function timeoutMs({ random }: StorageContext, { options }: Operation): number {
  if (options.timeoutSeconds !== undefined && options.timeoutSeconds > 0) return options.timeoutSeconds * 1000;
  return SHORTEST_TIMEOUT_MS * (1 + random.next());
}

function watchFailure(error: unknown): Status | undefined {
  if (error instanceof Compacted) {
    return expired(`too old resource version: ${error.requested} (${error.compacted})`).status;
  }
  // What nobody can convert cannot be told.
  if (error instanceof StatusError) return error.status;
  if (error instanceof WatchOverflow) return expired("The resourceVersion for the provided watch is too old.").status;
  return undefined;
}

function bothForms(changes: readonly Change<KubeObject>[]): readonly Entry<KubeObject>[] {
  return changes.flatMap(({ entry, previous }) => (previous === undefined ? [entry] : [entry, previous]));
}

/** What a change is to a watcher of a part: objects come into sight and go out of it. */
function stepOf(
  operation: Operation,
  change: Change<KubeObject>,
  selection: Selection | undefined,
): WatchStep | undefined {
  const entry = viewEntry(operation.kind, change.entry);
  const previous = change.previous === undefined ? undefined : viewEntry(operation.kind, change.previous);
  const is = change.type !== "delete" && (selection === undefined || selection(entry.value));
  const was = previous !== undefined && (selection === undefined || selection(previous.value));
  if (is) return { type: was ? "MODIFIED" : "ADDED", entry };
  if (!was) return undefined;
  return { type: "DELETED", entry: change.type === "delete" ? entry : lastSeen(previous, entry) };
}

/** An object that went out of sight is shown as it was last in sight, under the revision of the change. */
function lastSeen(previous: Entry<KubeObject>, entry: Entry<KubeObject>): Entry<KubeObject> {
  const metadata = { ...previous.value.metadata, resourceVersion: String(entry.revision) };
  return derivedEntry(entry, { ...previous.value, metadata });
}

/** Passes changes on, with a mark whenever nothing came for a while. */
async function* withIdleMarks(
  { clock }: StorageContext,
  changes: AsyncIterable<readonly Change<KubeObject>[]>,
  everyMs: number | undefined,
): AsyncIterable<readonly Change<KubeObject>[] | "idle"> {
  if (everyMs === undefined) {
    yield* changes;
    return;
  }
  const iterator = changes[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    while (true) {
      let timer: Timer | undefined;
      const idle = new Promise<"idle">((resolve) => {
        timer = clock.timer(everyMs, () => resolve("idle"));
      });
      const result = await Promise.race([next, idle]);
      timer?.[Symbol.dispose]();
      if (result === "idle") {
        yield "idle";
        continue;
      }
      if (result.done === true) return;
      next = iterator.next();
      // The next step is awaited in the next round; if the reader leaves before, its failure is nobody's news.
      next.catch(() => {});
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}
