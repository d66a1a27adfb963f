import type { IpFamily } from "../base/ip.ts";
import type { Collection, FamilyRules, Frame, Rule, RuleSet } from "./rules.ts";
import { COLLECTIONS } from "./rules.ts";

/** One step from rules to rules, carried out whole or not at all. */
export type Transaction =
  /** Replaces whatever is there. Right for every state, and the only thing right for an unknown one. */
  | { readonly kind: "replace"; readonly rules: RuleSet }
  | { readonly kind: "change"; readonly frame: Frame; readonly families: ReadonlyMap<IpFamily, FamilyChange> };

export interface FamilyChange {
  /** Elements whose verdict changes are in both lists. */
  readonly removedElements: readonly (readonly [Collection, key: string, value: string])[];
  readonly addedElements: readonly (readonly [Collection, key: string, value: string])[];
  readonly addedChains: ReadonlyMap<string, readonly Rule[]>;
  /** Chains that stay and get these rules instead of theirs. */
  readonly rewrittenChains: ReadonlyMap<string, readonly Rule[]>;
  readonly removedChains: readonly string[];
  /** Name → seconds. A set whose time changes is in both lists: its clients are forgotten. */
  readonly addedAffinities: ReadonlyMap<string, number>;
  readonly removedAffinities: readonly string[];
}

/** The smallest step from `previous` to `next`; undefined where there is nothing to do. */
export function diffRules(previous: RuleSet | undefined, next: RuleSet): Transaction | undefined {
  if (previous === undefined || !sameValue(previous.frame, next.frame)) return { kind: "replace", rules: next };
  const families = new Map<IpFamily, FamilyChange>();
  for (const [family, rules] of next.families) {
    const change = diffFamily(previous.families.get(family)!, rules);
    if (!isEmpty(change)) families.set(family, change);
  }
  return families.size === 0 ? undefined : { kind: "change", frame: next.frame, families };
}

function diffFamily(previous: FamilyRules, next: FamilyRules): FamilyChange {
  const removedElements: (readonly [Collection, string, string])[] = [];
  const addedElements: (readonly [Collection, string, string])[] = [];
  for (const collection of COLLECTIONS) {
    const { removed, added } = diffMap(previous.collections[collection], next.collections[collection], Object.is);
    for (const [key, value] of removed) removedElements.push([collection, key, value]);
    for (const [key, value] of added) addedElements.push([collection, key, value]);
  }
  const affinities = diffMap(previous.affinities, next.affinities, Object.is);
  const chains = diffMap(previous.chains, next.chains, sameValue);
  // A rule that names a set has to let go of it before the set can be made anew.
  const renewed = new Set(affinities.added.keys().filter((name) => affinities.removed.has(name)));
  const letGo =
    renewed.size === 0
      ? []
      : next.chains.entries().filter(([, rules]) => rules.some((rule) => namesOneOf(rule, renewed)));
  const rewritten = new Map([...chains.added, ...letGo].filter(([name]) => previous.chains.has(name)));
  return {
    removedElements,
    addedElements,
    addedChains: new Map(chains.added.entries().filter(([name]) => !previous.chains.has(name))),
    rewrittenChains: rewritten,
    removedChains: chains.removed
      .keys()
      .filter((name) => !next.chains.has(name))
      .toArray(),
    addedAffinities: affinities.added,
    removedAffinities: [...affinities.removed.keys()],
  };
}

interface MapDiff<V> {
  readonly removed: ReadonlyMap<string, V>;
  readonly added: ReadonlyMap<string, V>;
}

/** A key whose value changed is both removed and added. Maps of which nothing changed are mostly the very same one. */
function diffMap<V>(
  previous: ReadonlyMap<string, V>,
  next: ReadonlyMap<string, V>,
  same: (left: V, right: V) => boolean,
): MapDiff<V> {
  const removed = new Map<string, V>();
  const added = new Map<string, V>();
  if (previous === next) return { removed, added };
  let kept = 0;
  for (const [key, value] of previous) {
    const now = next.get(key);
    if (now !== undefined) kept += 1;
    if (now === undefined) removed.set(key, value);
    else if (!same(value, now)) {
      removed.set(key, value);
      added.set(key, now);
    }
  }
  if (kept === next.size) return { removed, added };
  for (const [key, value] of next) if (!previous.has(key)) added.set(key, value);
  return { removed, added };
}

function namesOneOf(rule: Rule, affinities: ReadonlySet<string>): boolean {
  if (rule.kind === "send") return affinities.has(rule.affinity);
  return rule.kind === "balance-sticky" && rule.endpoints.some((endpoint) => affinities.has(endpoint.affinity));
}

/** Rules of services that did not change are the very same arrays: most comparisons end at the first line. */
function sameValue(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function isEmpty(change: FamilyChange): boolean {
  return (
    change.removedElements.length === 0 &&
    change.addedElements.length === 0 &&
    change.addedChains.size === 0 &&
    change.rewrittenChains.size === 0 &&
    change.removedChains.length === 0 &&
    change.addedAffinities.size === 0 &&
    change.removedAffinities.length === 0
  );
}
