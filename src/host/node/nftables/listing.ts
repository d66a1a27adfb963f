import type { IpFamily } from "../../../base/ip.ts";
import { renderTransaction } from "../../../proxy/render.ts";
import type { RuleSet } from "../../../proxy/rules.ts";
import { COLLECTIONS } from "../../../proxy/rules.ts";

/** What `nft -j list table` shows of a table, as far as we compare it. */
export interface ListedTable {
  /** Chain → how many rules it has. */
  readonly chains: ReadonlyMap<string, number>;
  readonly collections: ReadonlyMap<string, ListedCollection>;
}

/** A set or a map. */
export interface ListedCollection {
  readonly kind: "set" | "map";
  /** Seconds; undefined where its elements stay. */
  readonly timeout: number | undefined;
  /** Key → verdict, empty in sets. */
  readonly elements: ReadonlyMap<string, string>;
}

/** Reads nft's JSON. */
export function listedTable(json: string): ListedTable {
  const chains = new Map<string, number>();
  const collections = new Map<string, ListedCollection>();
  for (const { chain, rule, set, map } of (JSON.parse(json) as Listing).nftables) {
    if (chain !== undefined) chains.set(chain.name, chains.get(chain.name) ?? 0);
    if (rule !== undefined) chains.set(rule.chain, (chains.get(rule.chain) ?? 0) + 1);
    const container = set ?? map;
    if (container === undefined) continue;
    const elements = new Map((container.elem ?? []).map(readElement));
    collections.set(container.name, { kind: set === undefined ? "map" : "set", timeout: container.timeout, elements });
  }
  return { chains, collections };
}

/**
 * Whether a table has the chains, as many rules in each, and the elements that it should have. Rules themselves are not
 * compared: nft shows them in its own words. @param emptied chains that are still there but should be no more
 */
export function sameContent(
  rules: RuleSet,
  family: IpFamily,
  listed: ListedTable,
  emptied: ReadonlySet<string> = new Set(),
): boolean {
  const expected = ruleCounts(rules, family);
  for (const [chain, count] of listed.chains) {
    if ((expected.get(chain) ?? (emptied.has(chain) ? 0 : -1)) !== count) return false;
  }
  for (const chain of expected.keys()) if (!listed.chains.has(chain)) return false;
  const { collections, affinities } = rules.families.get(family)!;
  for (const name of COLLECTIONS) {
    const found = listed.collections.get(name)?.elements;
    if (found === undefined || found.size !== collections[name].size) return false;
    for (const [key, value] of collections[name]) if (found.get(key) !== value) return false;
  }
  return affinities.entries().every(([name, seconds]) => listed.collections.get(name)?.timeout === seconds);
}

/** How many rules each chain should have, by the text that makes them. */
function ruleCounts(rules: RuleSet, family: IpFamily): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of familyText(rules, family)) {
    const [verb, what, , , chain] = line.split(" ", 5);
    if (verb !== "add" || chain === undefined) continue;
    if (what === "chain") counts.set(chain, 0);
    if (what === "rule") counts.set(chain, counts.get(chain)! + 1);
  }
  return counts;
}

/** The lines that make one family's table from nothing. */
export function familyText({ frame, families }: RuleSet, family: IpFamily): readonly string[] {
  const only = {
    frame,
    families: new Map([[family, families.get(family)!]]),
    flowTargets: new Map(),
    healthChecks: new Map(),
  };
  return renderTransaction({ kind: "replace", rules: only }).trimEnd().split("\n");
}

interface Listing {
  readonly nftables: readonly {
    readonly chain?: { readonly name: string };
    readonly rule?: { readonly chain: string };
    readonly set?: Container;
    readonly map?: Container;
  }[];
}

interface Container {
  readonly name: string;
  readonly timeout?: number;
  readonly elem?: readonly ListedElement[];
}

type ListedKey = string | number | { readonly concat: readonly (string | number)[] };
type ListedElement =
  | ListedKey
  | readonly [ListedKey, { readonly goto: { readonly target: string } } | { readonly drop: null }]
  | { readonly elem: { readonly val: string } };

function readElement(element: ListedElement): readonly [key: string, verdict: string] {
  if (isPair(element)) {
    const [key, verdict] = element;
    return [readKey(key), "goto" in verdict ? `goto ${verdict.goto.target}` : "drop"];
  }
  if (typeof element === "object" && "elem" in element) return [element.elem.val, ""];
  return [readKey(element), ""];
}

function isPair(element: ListedElement): element is Extract<ListedElement, readonly unknown[]> {
  return Array.isArray(element);
}

function readKey(key: ListedKey): string {
  return typeof key === "object" ? key.concat.join(" . ") : String(key);
}
