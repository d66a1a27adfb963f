import type { IpFamily } from "../base/ip.ts";
import type { FamilyChange, Transaction } from "./diff.ts";
import { renderFrame } from "./render-frame.ts";
import { addressType, markForMasquerade, nameOf, networksOf, tableOf } from "./render-words.ts";
import type { Collection, FamilyRules, Frame, Rule, RuleSet } from "./rules.ts";
import { COLLECTIONS } from "./rules.ts";

/** The transaction in nft's language, for one `nft -f`. */
export function renderTransaction(transaction: Transaction): string {
  const lines =
    transaction.kind === "replace"
      ? replaceLines(transaction.rules)
      : [...transaction.families].flatMap(([family, change]) => changeLines(transaction.frame, family, change));
  return `${lines.join("\n")}\n`;
}

/** Takes our tables away, whether they are there or not. */
export function renderRemoval(families: readonly IpFamily[]): string {
  return `${families.flatMap(removalLines).join("\n")}\n`;
}

/** Deletes chains that an earlier transaction has emptied. */
export function renderChainRemoval(family: IpFamily, chains: Iterable<string>): string {
  return [...chains].map((chain) => `delete chain ${tableOf(family)} ${chain}\n`).join("");
}

function replaceLines({ frame, families }: RuleSet): readonly string[] {
  return [...families].flatMap(([family, rules]) => [
    ...removalLines(family),
    ...renderFrame(frame, family),
    ...contentLines(frame, family, rules),
  ]);
}

/** Deleting what is not there is an error; adding what is there is none. */
function removalLines(family: IpFamily): readonly string[] {
  return [`add table ${tableOf(family)}`, `delete table ${tableOf(family)}`];
}

function contentLines(frame: Frame, family: IpFamily, rules: FamilyRules): readonly string[] {
  return [
    ...[...rules.affinities].map(([name, seconds]) => affinityLine(family, name, seconds)),
    ...[...rules.chains.keys()].map((chain) => `add chain ${tableOf(family)} ${chain}`),
    ...ruleLines(frame, family, rules.chains),
    ...COLLECTIONS.flatMap((collection) => elementLines("add", family, collection, [...rules.collections[collection]])),
  ];
}

/**
 * The order matters: references are let go of before what they point to goes, and made after it is there. Removed chains
 * are emptied only: before Linux 6.2 the kernel notices a moment late that a deleted map element let go of its chain.
 */
function changeLines(frame: Frame, family: IpFamily, change: FamilyChange): readonly string[] {
  const table = tableOf(family);
  const elements = (verb: "add" | "delete", given: FamilyChange["addedElements"]) =>
    COLLECTIONS.flatMap((collection) =>
      elementLines(
        verb,
        family,
        collection,
        given.filter(([name]) => name === collection).map(([, key, value]) => [key, value]),
      ),
    );
  return [
    ...elements("delete", change.removedElements),
    ...[...change.removedChains, ...change.rewrittenChains.keys()].map((chain) => `flush chain ${table} ${chain}`),
    ...change.removedAffinities.map((name) => `delete set ${table} ${name}`),
    ...[...change.addedAffinities].map(([name, seconds]) => affinityLine(family, name, seconds)),
    // A chain that was removed a moment ago may still be there, empty.
    ...[...change.addedChains.keys()].map((chain) => `add chain ${table} ${chain}`),
    ...ruleLines(frame, family, change.addedChains),
    ...ruleLines(frame, family, change.rewrittenChains),
    ...elements("add", change.addedElements),
  ];
}

function affinityLine(family: IpFamily, name: string, seconds: number): string {
  const type = addressType(family);
  return `add set ${tableOf(family)} ${name} { type ${type}; flags dynamic,timeout; timeout ${seconds}s; }`;
}

function ruleLines(frame: Frame, family: IpFamily, chains: ReadonlyMap<string, readonly Rule[]>): readonly string[] {
  const lines: string[] = [];
  for (const [chain, rules] of chains) {
    for (const rule of rules) {
      for (const text of renderRule(rule, frame, family)) lines.push(`add rule ${tableOf(family)} ${chain} ${text}`);
    }
  }
  return lines;
}

function elementLines(
  verb: "add" | "delete",
  family: IpFamily,
  collection: Collection,
  elements: readonly (readonly [key: string, value: string])[],
): readonly string[] {
  if (elements.length === 0) return [];
  const texts = elements.map(([key, value]) => (value === "" ? key : `${key} : ${value}`));
  return [`${verb} element ${tableOf(family)} ${collection} { ${texts.join(", ")} }`];
}

function renderRule(rule: Rule, frame: Frame, family: IpFamily): readonly string[] {
  const ip = nameOf(family);
  switch (rule.kind) {
    case "masquerade":
      return [`${rule.clients === "local" ? "fib saddr type local " : ""}${markForMasquerade(frame)}`];
    case "goto":
      return gotoRule(rule, frame, family);
    case "drop-unless-from":
      return [`${ip} saddr != { ${rule.sources.join(", ")} } drop`];
    case "balance":
      return balanceRules(rule, family);
    case "balance-sticky":
      return [
        ...rule.endpoints.map(({ affinity, chain }) => `${ip} saddr @${affinity} goto ${chain}`),
        ...byChance(rule.endpoints.map(({ chain }) => `goto ${chain}`)),
      ];
    case "send":
      return [
        `update @${rule.affinity} { ${ip} saddr }`,
        `meta l4proto ${rule.protocol} dnat to ${socketAddress(rule.endpoint.address, rule.endpoint.port)}`,
      ];
  }
}

function gotoRule(
  { clients, chain }: Extract<Rule, { kind: "goto" }>,
  frame: Frame,
  family: IpFamily,
): readonly string[] {
  if (clients === "all") return [`goto ${chain}`];
  if (clients === "local") return [`fib saddr type local goto ${chain}`];
  const pods = networksOf(frame.clusterNetworks, family);
  return pods === undefined ? [] : [`${nameOf(family)} saddr ${pods} goto ${chain}`];
}

/** Above this, one look-up is worth more than the last bit of safety. */
const MOST_ENDPOINTS_BY_RULES = 64;

/**
 * One rule for each endpoint rather than one with a map of all: the kernel looks at the rules of one generation, but into
 * maps as they are at the moment. A packet that meets the change of a rule with a map may find the map empty, and a
 * connection would be refused.
 */
function balanceRules(
  { protocol, endpoints }: Extract<Rule, { kind: "balance" }>,
  family: IpFamily,
): readonly string[] {
  if (endpoints.length <= MOST_ENDPOINTS_BY_RULES) {
    return byChance(
      endpoints.map(({ address, port }) => `meta l4proto ${protocol} dnat to ${socketAddress(address, port)}`),
    );
  }
  const choices = endpoints.map(({ address, port }, index) => `${index} : ${address} . ${port}`).join(", ");
  const random = `numgen random mod ${endpoints.length} map { ${choices} }`;
  return [`meta l4proto ${protocol} dnat ${nameOf(family)} addr . port to ${random}`];
}

/** Rules of which one is met, each as often: the first by one of n, the second by one of the n - 1 left, the last always. */
function byChance(rules: readonly string[]): readonly string[] {
  return rules.map((rule, index) => {
    const left = rules.length - index;
    return left === 1 ? rule : `numgen random mod ${left} 0 ${rule}`;
  });
}

function socketAddress(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
