import type { IpFamily } from "../../../base/ip.ts";
import { tableOf } from "../../../proxy/render-words.ts";
import type { RuleSet } from "../../../proxy/rules.ts";
import { COLLECTIONS } from "../../../proxy/rules.ts";
import { familyText, type ListedCollection, type ListedTable } from "./listing.ts";

export interface Adoption {
  readonly text: string;
  /** Chains that are not wanted; they are empty by then. */
  readonly emptied: readonly string[];
}

/**
 * Makes a table that is there into the one that is wanted. A table that is deleted and made anew, even in one transaction,
 * is without elements for an instant: the kernel looks into maps as they are at the moment, but at the rules of one
 * generation, and a packet that comes between finds nothing. Here every element that is right stays where it is, chains get
 * their rules anew (rules of one generation are always whole), and clients with session affinity stay remembered. nft refuses
 * the text where a chain or map of the same name is of another make.
 */
export function adoptTable(rules: RuleSet, family: IpFamily, listed: ListedTable): Adoption {
  const table = tableOf(family);
  const lines = familyText(rules, family).filter((line) => !line.startsWith("delete "));
  const made = lines.filter((line) => !/^add (rule|element) /.test(line));
  const ruleLines = lines.filter((line) => line.startsWith("add rule "));
  const wantedChains = new Set(made.flatMap((line) => /^add chain \S+ \S+ (\S+)/.exec(line)?.[1] ?? []));
  const { collections, affinities } = rules.families.get(family)!;
  const removals: string[] = [];
  const additions: string[] = [];
  for (const name of COLLECTIONS) {
    const present = listed.collections.get(name)?.elements ?? new Map<string, string>();
    const wanted = collections[name];
    const differs = (from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>) =>
      [...from]
        .filter(([key, value]) => to.get(key) !== value)
        .map(([key, value]) => (value === "" ? key : `${key} : ${value}`));
    const gone = differs(present, wanted);
    const missing = differs(wanted, present);
    if (gone.length > 0) removals.push(`delete element ${table} ${name} { ${gone.join(", ")} }`);
    if (missing.length > 0) additions.push(`add element ${table} ${name} { ${missing.join(", ")} }`);
  }
  const unwanted = [...listed.collections].filter(([name, { timeout }]) => !isWanted(name, timeout, affinities));
  const text = [
    ...removals,
    ...[...listed.chains.keys()].map((chain) => `flush chain ${table} ${chain}`),
    ...unwanted.map(([name, { kind }]) => `delete ${kind} ${table} ${name}`),
    ...made,
    ...ruleLines,
    ...additions,
  ].join("\n");
  return { text: `${text}\n`, emptied: [...listed.chains.keys()].filter((chain) => !wantedChains.has(chain)) };
}

function isWanted(
  name: string,
  timeout: ListedCollection["timeout"],
  affinities: ReadonlyMap<string, number>,
): boolean {
  return (
    (COLLECTIONS as readonly string[]).includes(name) || (timeout !== undefined && affinities.get(name) === timeout)
  );
}
