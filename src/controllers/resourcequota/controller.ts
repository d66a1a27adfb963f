import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { countsByContent, isUsedBy, quotaCounts, sumUsage, usageOf } from "../../api/core/v1/quota-usage.ts";
import { ResourceQuota } from "../../api/core/v1/resource-quota.ts";
import { nameKey } from "../../client/informer.ts";
import { compareQuantities, parseQuantity } from "../../machinery/quantity.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { type Controller, defineController, type ReconcileContext, settled } from "../../reconciler/controller.ts";

/** Counts again, now and then, what has changed by time alone. */
const RESYNC_MS = 5 * 60_000;

/**
 * What is charged to a quota is written a moment later. Until then the object is missing from the count, and must not be
 * taken for one that is gone: nothing is released so soon after a change of the quota.
 */
const CHARGE_MS = 100;

/** So long after the last charge all is counted again: what was charged and then not written is free again. */
const SETTLED_MS = 10_000;

/**
 * Keeps count of what a namespace uses of its quotas. What comes is charged by admission before it is written, and not counted
 * here: a count that sees the charge and not yet the object would release it. What goes is counted, and what has been limited anew.
 */
export function resourceQuotaController(registry: KindRegistry): Controller {
  const memories = new Map<string, Memory>();
  const memoryOf = (key: string): Memory => {
    let memory = memories.get(key);
    if (memory === undefined) memories.set(key, (memory = { released: false }));
    return memory;
  };
  return defineController({
    name: "resourcequota",
    reconciles: ResourceQuota,
    everyKind: {
      registry,
      includes: isCounted,
      readsContent: countsByContent,
      *keys(kind, change, cache) {
        if (change.type === "added") return;
        const { namespace } = change.object.metadata;
        const quotas = cache.list(ResourceQuota, namespace);
        if (quotas.length === 0) return;
        // An update matters only where it changes what the object uses.
        const now = Number.MAX_SAFE_INTEGER;
        const isSame = change.type === "updated" && usesTheSame(kind, change.old, change.object, now);
        if (isSame) return;
        for (const { metadata } of quotas) {
          const key = nameKey(metadata);
          memoryOf(key).released = true;
          yield key;
        }
      },
    },
    async reconcile(key, context) {
      const { cache, client, because, signal } = context;
      const quota = cache.get(ResourceQuota, key);
      if (quota === undefined) {
        memories.delete(key);
        return settled;
      }
      const now = context.clock.now();
      const { resourceVersion } = quota.metadata;
      const memory = memoryOf(key);
      if (memory.seen?.resourceVersion !== resourceVersion) memory.seen = { resourceVersion, atMs: now };
      const { seen, counted } = memory;
      const hard = quota.spec.hard ?? {};
      const isCharged = counted !== undefined && counted.resourceVersion !== resourceVersion;
      const dueAtMs = counted === undefined ? now : isCharged ? seen.atMs + SETTLED_MS : counted.atMs + RESYNC_MS;
      const dueMs = dueAtMs - now;
      if (dueMs > 0 && !memory.released && sameJson(quota.status.hard ?? {}, hard)) return { recheckAfterMs: dueMs };
      const kinds = registry.all().filter(isCounted);
      const used = usedOf(quota, kinds, context);
      const waitMs = seen.atMs + CHARGE_MS - now;
      if (waitMs > 0 && isLess(used, quota.status.used)) return { recheckAfterMs: waitMs };
      because("counts what the namespace uses");
      memory.released = false;
      try {
        const isTrue = sameJson(quota.status, { hard, used });
        const told = isTrue ? quota : await client.setStatus(ResourceQuota, quota, { hard, used }, { signal });
        memory.counted = { resourceVersion: told.metadata.resourceVersion!, atMs: now };
      } catch (error) {
        memory.released = true;
        throw error;
      }
      return { recheckAfterMs: RESYNC_MS };
    },
  }) as unknown as Controller;
}

/** What is remembered of a quota from one look to the next. */
interface Memory {
  /** Something has gone since it was counted. */
  released: boolean;
  /** Its newest version, and when that was seen first. */
  seen?: Version;
  /** As the last count left it. */
  counted?: Version;
}

interface Version {
  readonly resourceVersion: string;
  readonly atMs: number;
}

function isCounted({ namespaced, verbs, stored, view, plural }: Kind): boolean {
  return (
    namespaced &&
    stored !== false &&
    view === undefined &&
    plural !== "events" &&
    ["create", "list", "watch"].every((verb) => verbs.includes(verb))
  );
}

function usesTheSame(kind: Kind, old: Parameters<typeof usageOf>[1], next: typeof old, nowMs: number): boolean {
  const texts = [old, next].map((object) => {
    const usage = usageOf(kind, object, nowMs);
    return sumUsage(usage.keys(), [usage]);
  });
  return sameJson(texts[0], texts[1]);
}

/** Whether something would be released. */
function isLess(used: Amounts, before: Amounts = {}): boolean {
  return Object.keys(used).some(
    (name) =>
      before[name] !== undefined && compareQuantities(parseQuantity(used[name]!), parseQuantity(before[name])) < 0,
  );
}

type Amounts = Readonly<Record<string, string>>;

/** What is used of every name that is limited; names that nothing here can use keep what they had. */
function usedOf(
  quota: ResourceQuota,
  kinds: readonly Kind[],
  { cache, clock }: ReconcileContext,
): Record<string, string> {
  const used: Record<string, string> = {};
  const names = Object.keys(quota.spec.hard ?? {});
  for (const kind of kinds) {
    const own = names.filter((name) => isUsedBy(name, kind));
    if (own.length === 0) continue;
    const objects = (cache.started(kind)?.list(quota.metadata.namespace) ?? []).filter((object) =>
      quotaCounts(quota, kind, object),
    );
    Object.assign(
      used,
      sumUsage(
        own,
        objects.map((object) => usageOf(kind, object, clock.now())),
      ),
    );
  }
  for (const name of names) {
    const before = quota.status.used?.[name];
    if (used[name] === undefined && before !== undefined) used[name] = before;
  }
  return used;
}
