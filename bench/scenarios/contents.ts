import { CONFIG_MAPS, PODS } from "../load/objects.ts";
import type { Turn } from "../scenario.ts";

/** What the shared clusters hold for the scenarios that read. */
export const POD_COUNT = 5_000;
export const CONFIG_MAP_COUNT = 30_000;

interface List {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

/** Sees to it that 5,000 pods of 2.4 kB are there, left by themselves: no scheduler is called `nobody`. */
export async function ensurePods(turn: Turn): Promise<void> {
  await ensureDefaultAccount(turn);
  if ((await countOf(turn, PODS)) >= POD_COUNT) return;
  const ask = { what: "create-pods", prefix: "pod-" } as const;
  await turn.load.run(turn.running, { type: "repeat", ask, connections: 64, until: { count: POD_COUNT } });
}

/** Sees to it that there are 30,000 config maps of 1 kB. */
export async function ensureConfigMaps(turn: Turn): Promise<void> {
  if ((await countOf(turn, CONFIG_MAPS)) >= CONFIG_MAP_COUNT) return;
  const ask = { what: "create-config-maps", prefix: "filling-" } as const;
  await turn.load.run(turn.running, { type: "repeat", ask, connections: 64, until: { count: CONFIG_MAP_COUNT } });
}

async function countOf({ running }: Turn, target: string): Promise<number> {
  const { items, metadata } = await running.api.ask<List>("GET", `${target}?limit=1`);
  return items.length + (metadata.remainingItemCount ?? 0);
}

/** Pods need the account that a loop makes; Kubernetes' API server alone runs no loops. */
export async function ensureDefaultAccount({ running }: Turn): Promise<void> {
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  const present = await running.api.ask<List>("GET", accounts);
  if (present.items.length > 0) return;
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  // Ours may make it at the same moment.
  await running.api.ask("POST", accounts, account).catch(() => running.api.until(`${accounts}/default`, () => true));
}
