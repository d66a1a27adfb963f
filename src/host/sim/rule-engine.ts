import type { IpFamily } from "../../base/ip.ts";
import type { FamilyChange, Transaction } from "../../proxy/diff.ts";
import type { RuleEngine } from "../../proxy/ports.ts";
import type { Collection, FamilyRules, Rule } from "../../proxy/rules.ts";
import { COLLECTIONS } from "../../proxy/rules.ts";

/** The rules of a simulated node: kept, and applied to no packet. */
export interface RecordedRules extends RuleEngine {
  readonly families: ReadonlyMap<IpFamily, FamilyRules>;
  /** How many transactions were carried out. */
  readonly transactions: number;
  /** What somebody does who flushes all rules of a machine. */
  flush(): void;
}

/** Carries transactions out as strictly as the kernel: what names something that is not there is refused as a whole. */
export function createRecordedRules(): RecordedRules {
  let families = new Map<IpFamily, MutableRules>();
  let transactions = 0;
  return {
    get families() {
      return families;
    },
    get transactions() {
      return transactions;
    },
    flush() {
      families = new Map();
    },
    async apply(transaction) {
      families = carriedOut(families, transaction);
      transactions += 1;
    },
    async holds(rules) {
      return sameFamilies(families, rules.families);
    },
    async remove(removed) {
      families = new Map([...families].filter(([family]) => !removed.includes(family)));
    },
  };
}

interface MutableRules {
  readonly collections: Record<Collection, Map<string, string>>;
  readonly affinities: Map<string, number>;
  readonly chains: Map<string, readonly Rule[]>;
}

function carriedOut(
  families: ReadonlyMap<IpFamily, MutableRules>,
  transaction: Transaction,
): Map<IpFamily, MutableRules> {
  if (transaction.kind === "replace") {
    return new Map([...transaction.rules.families].map(([family, rules]) => [family, copyOf(rules)]));
  }
  const result = new Map(families);
  for (const [family, change] of transaction.families) {
    const present = families.get(family);
    if (present === undefined) throw new Error("No such file or directory");
    const rules = copyOf(present);
    changeRules(rules, change);
    result.set(family, rules);
  }
  return result;
}

function changeRules({ collections, affinities, chains }: MutableRules, change: FamilyChange): void {
  for (const [collection, key] of change.removedElements) removeFrom(collections[collection], key);
  for (const chain of change.removedChains) removeFrom(chains, chain);
  for (const name of change.removedAffinities) removeFrom(affinities, name);
  for (const [name, seconds] of change.addedAffinities) addTo(affinities, name, seconds);
  for (const [chain, rules] of change.addedChains) addTo(chains, chain, rules);
  for (const [chain, rules] of change.rewrittenChains) {
    removeFrom(chains, chain);
    chains.set(chain, rules);
  }
  for (const [collection, key, value] of change.addedElements) addTo(collections[collection], key, value);
}

function removeFrom(entries: Map<string, unknown>, key: string): void {
  if (!entries.delete(key)) throw new Error(`No such file or directory: ${key}`);
}

function addTo<V>(entries: Map<string, V>, key: string, value: V): void {
  if (entries.has(key)) throw new Error(`File exists: ${key}`);
  entries.set(key, value);
}

function copyOf(rules: FamilyRules): MutableRules {
  const collections = Object.fromEntries(COLLECTIONS.map((name) => [name, new Map(rules.collections[name])]));
  return {
    collections: collections as Record<Collection, Map<string, string>>,
    affinities: new Map(rules.affinities),
    chains: new Map(rules.chains),
  };
}

function sameFamilies(left: ReadonlyMap<IpFamily, FamilyRules>, right: ReadonlyMap<IpFamily, FamilyRules>): boolean {
  return left.size === right.size && [...left].every(([family, rules]) => sameRules(rules, right.get(family)));
}

function sameRules(left: FamilyRules, right: FamilyRules | undefined): boolean {
  if (right === undefined) return false;
  return (
    COLLECTIONS.every((name) => sameEntries(left.collections[name], right.collections[name])) &&
    sameEntries(left.affinities, right.affinities) &&
    sameEntries(left.chains, right.chains)
  );
}

function sameEntries(left: ReadonlyMap<string, unknown>, right: ReadonlyMap<string, unknown>): boolean {
  const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
  return left.size === right.size && left.entries().every(([key, value]) => same(value, right.get(key)));
}
