import type { Kind } from "./kind.ts";

/** All kinds that an API server serves. Built-in ones are there from the start; CustomResourceDefinitions come and go. */
export interface KindRegistry {
  byResource(group: string, version: string, plural: string): Kind | undefined;
  byKind(group: string, version: string, kind: string): Kind | undefined;
  /** In the order of discovery. */
  all(): readonly Kind[];
  /** Goes up with every change of the set: what is derived from the set is remembered under it. */
  readonly generation: number;
  add(kind: Kind): void;
  remove(kind: Kind): void;
}

export function createRegistry(kinds: Iterable<Kind>): KindRegistry {
  const resources = new Map<string, Kind>();
  const names = new Map<string, Kind>();
  let generation = 0;
  let all: readonly Kind[] | undefined;
  const changed = () => {
    generation += 1;
    all = undefined;
  };
  const registry: KindRegistry = {
    byResource: (group, version, plural) => resources.get(`${group}/${version}/${plural}`),
    byKind: (group, version, kind) => names.get(`${group}/${version}/${kind}`),
    all: () => (all ??= [...resources.values()]),
    get generation() {
      return generation;
    },
    add(kind) {
      resources.set(`${kind.group}/${kind.version}/${kind.plural}`, kind);
      names.set(`${kind.group}/${kind.version}/${kind.kind}`, kind);
      changed();
    },
    remove(kind) {
      resources.delete(`${kind.group}/${kind.version}/${kind.plural}`);
      names.delete(`${kind.group}/${kind.version}/${kind.kind}`);
      changed();
    },
  };
  for (const kind of kinds) registry.add(kind);
  return registry;
}
