import type { CustomResourceDefinition } from "../api/apiextensions/v1/custom-resource-definition.ts";
import { conditionOf } from "../api/apiextensions/v1/custom-resource-definition.ts";
import { customKinds } from "../api/custom/kind.ts";
import type { Conversion, Kind } from "../api/kind.ts";
import type { KindRegistry } from "../api/registry.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Store } from "../store/contract.ts";

const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions/";

/** Tells how objects of a definition get from one version to another; undefined where their apiVersion is all. */
export type ConversionOf = (definition: CustomResourceDefinition) => Conversion | undefined;

export interface CustomKindsParts {
  readonly store: Store<KubeObject>;
  readonly registry: KindRegistry;
  readonly tasks: TaskGroup;
  readonly conversionOf: ConversionOf;
}

/** Serves the kinds of all definitions that are established, as long as they are. */
export function serveCustomKinds({ store, registry, tasks, conversionOf }: CustomKindsParts): void {
  const served = new Map<string, readonly Kind[]>();
  const update = (name: string, definition: CustomResourceDefinition | undefined) => {
    const next = definition === undefined ? [] : kindsOf(definition, conversionOf);
    for (const kind of served.get(name) ?? []) registry.remove(kind);
    for (const kind of next) registry.add(kind);
    if (next.length === 0) served.delete(name);
    else served.set(name, next);
  };
  const updateAll = (): number => {
    const { entries, revision } = store.list(DEFINITIONS);
    const present = new Map(entries.map(({ value }) => [value.metadata.name, value as CustomResourceDefinition]));
    for (const name of served.keys()) if (!present.has(name)) update(name, undefined);
    for (const [name, definition] of present) update(name, definition);
    return revision;
  };
  let from = updateAll();
  tasks.spawn(async (signal) => {
    while (!signal.aborted) {
      for await (const changes of store.watch(DEFINITIONS, from, { signal })) {
        for (const { type, entry } of changes) {
          update(entry.value.metadata.name, type === "delete" ? undefined : (entry.value as CustomResourceDefinition));
        }
      }
      // However the watch ended, the present state is the truth.
      from = updateAll();
    }
  });
}

function kindsOf(definition: CustomResourceDefinition, conversionOf: ConversionOf): readonly Kind[] {
  if (conditionOf(definition, "Established")?.status !== "True") return [];
  const kinds = customKinds(definition, conversionOf(definition));
  if (conditionOf(definition, "Terminating")?.status !== "True") return kinds;
  // While a definition goes, it gets no new objects; those that there are can still lose their finalizers.
  return kinds.map((kind) => ({ ...kind, verbs: kind.verbs.filter((verb) => verb !== "create") }));
}
