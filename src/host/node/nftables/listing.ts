import type { IpFamily } from "../../../base/ip.ts";
import { renderTransaction } from "../../../proxy/render.ts";
import { TABLE, tableOf } from "../../../proxy/render-words.ts";
import type { RuleSet } from "../../../proxy/rules.ts";
import { COLLECTIONS } from "../../../proxy/rules.ts";

/** What `nft -j list table` shows of a table, as far as we compare it. */
export interface ListedTable {
  /** Chain → how many rules it has. */
  readonly chains: ReadonlyMap<string, number>;
  /** Set or map → key → verdict, empty in sets. */
  readonly elements: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** Reads nft's JSON. */
export function listedTable(json: string): ListedTable {
  const chains = new Map<string, number>();
  const elements = new Map<string, ReadonlyMap<string, string>>();
  for (const entry of (JSON.parse(json) as Listing).nftables) {
    if (entry.chain !== undefined) chains.set(entry.chain.name, chains.get(entry.chain.name) ?? 0);
    if (entry.rule !== undefined) chains.set(entry.rule.chain, (chains.get(entry.rule.chain) ?? 0) + 1);
    const container = entry.set ?? entry.map;
    if (container !== undefined) elements.set(container.name, new Map((container.elem ?? []).map(readElement)));
  }
  return { chains, elements };
}

/**
 * Whether a table has the chains, as many rules in each, and the elements that it should have. Rules themselves are not
 * compared: nft shows them in its own words. @param emptied chains that are still there but should be no more.
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
    const found = listed.elements.get(name);
    if (found === undefined || found.size !== collections[name].size) return false;
    for (const [key, value] of collections[name]) if (found.get(key) !== value) return false;
  }
  return affinities.keys().every((name) => listed.elements.has(name));
}

/** What makes a replaced table remember the clients that the table before it knew. @param json of `nft -j list sets` */
export function rememberedClients(json: string, family: IpFamily, affinities: ReadonlyMap<string, number>): string {
  const lines: string[] = [];
  for (const { set } of (JSON.parse(json) as Listing).nftables) {
    if (set === undefined || set.table !== TABLE || set.elem === undefined) continue;
    const seconds = affinities.get(set.name);
    if (seconds === undefined) continue;
    const clients = set.elem.flatMap((element) => {
      if (typeof element !== "object" || !("elem" in element)) return [];
      const left = Math.min(element.elem.expires ?? seconds, seconds);
      return left > 0 ? [`${element.elem.val} timeout ${seconds}s expires ${left}s`] : [];
    });
    if (clients.length > 0) lines.push(`add element ${tableOf(family)} ${set.name} { ${clients.join(", ")} }\n`);
  }
  return lines.join("");
}

/** How many rules each chain should have, by the text that makes them. */
function ruleCounts({ frame, families }: RuleSet, family: IpFamily): ReadonlyMap<string, number> {
  const text = renderTransaction({
    kind: "replace",
    rules: {
      frame,
      families: new Map([[family, families.get(family)!]]),
      datagrams: new Map(),
      healthChecks: new Map(),
    },
  });
  const counts = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [verb, what, , , chain] = line.split(" ", 5);
    if (verb !== "add" || chain === undefined) continue;
    if (what === "chain") counts.set(chain, 0);
    if (what === "rule") counts.set(chain, counts.get(chain)! + 1);
  }
  return counts;
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
  readonly table: string;
  readonly elem?: readonly ListedElement[];
}

type ListedKey = string | number | { readonly concat: readonly (string | number)[] };
type ListedElement =
  | ListedKey
  | readonly [ListedKey, { readonly goto: { readonly target: string } } | { readonly drop: null }]
  | { readonly elem: { readonly val: string; readonly expires?: number } };

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
