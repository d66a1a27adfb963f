import type { IpFamily } from "../base/ip.ts";
import type { ServiceRules } from "./plan.ts";
import type { FamilyRules, Frame, RuleSet } from "./rules.ts";
import { COLLECTIONS } from "./rules.ts";

/** What the plan of one service was and is now; undefined where it is not there. */
export interface ServiceChange {
  readonly before: ServiceRules | undefined;
  readonly after: ServiceRules | undefined;
}

/** Puts the services' parts together. Where two claim one destination, the older service has it. */
export function joinRules(frame: Frame, services: Iterable<ServiceRules>): RuleSet {
  const all = [...services];
  const changes = all.map((after) => ({ before: undefined, after }));
  return rejoinRules(emptyRules(frame), changes, all);
}

/**
 * What joining all services anew would give, from what they gave before some of them changed. Maps that nothing changes in are
 * the very same ones: with a thousand services, making and comparing them all costs milliseconds for each endpoint that comes.
 * @param services all of them, after the changes
 */
export function rejoinRules(
  previous: RuleSet,
  changes: readonly ServiceChange[],
  services: Iterable<ServiceRules>,
): RuleSet {
  const all = [...services];
  const rejoin: Rejoin = (table, entriesOf) => rejoined(table, changes, all, entriesOf);
  return {
    frame: previous.frame,
    families: new Map(
      previous.families.entries().map(([family, rules]) => [family, rejoinFamily(family, rules, rejoin)]),
    ),
    flowTargets: rejoin(previous.flowTargets, (service) => service.flowTargets),
    healthChecks: rejoin(previous.healthChecks, ({ service, healthCheck }) =>
      healthCheck === undefined ? [] : [[service, healthCheck]],
    ),
  };
}

/** No service at all. */
export function emptyRules(frame: Frame): RuleSet {
  const empty = (): FamilyRules => ({
    collections: eachCollection(() => new Map()),
    affinities: new Map(),
    chains: new Map(),
  });
  return {
    frame,
    families: new Map(frame.families.map((family) => [family, empty()])),
    flowTargets: new Map(),
    healthChecks: new Map(),
  };
}

type Entries<V> = Iterable<readonly [key: string, value: V]>;
type Table<V> = ReadonlyMap<string, V>;
type Rejoin = <V>(table: Table<V>, entriesOf: (service: ServiceRules) => Entries<V>) => Table<V>;

function rejoinFamily(family: IpFamily, { collections, affinities, chains }: FamilyRules, rejoin: Rejoin): FamilyRules {
  return {
    collections: eachCollection((name) =>
      rejoin(collections[name], ({ families }) => families.get(family)?.elements.get(name) ?? []),
    ),
    affinities: rejoin(affinities, ({ families }) => families.get(family)?.affinities ?? []),
    chains: rejoin(chains, ({ families }) => families.get(family)?.chains ?? []),
  };
}

function eachCollection(table: (name: (typeof COLLECTIONS)[number]) => Table<string>): FamilyRules["collections"] {
  return Object.fromEntries(COLLECTIONS.map((name) => [name, table(name)])) as FamilyRules["collections"];
}

function rejoined<V>(
  previous: Table<V>,
  changes: readonly ServiceChange[],
  services: readonly ServiceRules[],
  entriesOf: (service: ServiceRules) => Entries<V>,
): Table<V> {
  const claims = new Map<string, { readonly by: ServiceRules; readonly value: V } | undefined>();
  for (const change of changes) for (const key of changedKeys(change, entriesOf)) claims.set(key, undefined);
  if (claims.size === 0) return previous;
  for (const by of services) {
    for (const [key, value] of entriesOf(by)) {
      if (!claims.has(key)) continue;
      const claim = claims.get(key);
      if (claim === undefined || by.age < claim.by.age) claims.set(key, { by, value });
    }
  }
  const next = new Map(previous);
  for (const [key, claim] of claims) {
    if (claim === undefined) next.delete(key);
    else next.set(key, claim.value);
  }
  return next;
}

/** Keys of which a service claims another value than before, or no more, or with another age. */
function changedKeys<V>(
  { before, after }: ServiceChange,
  entriesOf: (service: ServiceRules) => Entries<V>,
): Iterable<string> {
  const old = new Map(before === undefined ? [] : entriesOf(before));
  const now = new Map(after === undefined ? [] : entriesOf(after));
  if (before?.age !== after?.age) return [...old.keys(), ...now.keys()];
  return [...old.keys().filter((key) => !now.has(key)), ...now.keys().filter((key) => now.get(key) !== old.get(key))];
}
