import { keyOf, prefixOf } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { OwnerReference } from "../../machinery/object.ts";

/** Between the store's keys and the names that people know. */
export interface StoryNames {
  /** `Pod default/web` of `core/pods/default/web`. */
  nameOf(key: string): string;
  /** Undefined for a kind that is not served any more. */
  keyOfOwner(reference: OwnerReference, namespace: string | undefined): string | undefined;
}

export function namesOf(registry: KindRegistry): StoryNames {
  const kinds = new Map(
    registry.all().flatMap((kind) => (kind.view === undefined ? [[prefixOf(kind), kind.kind] as const] : [])),
  );
  return {
    nameOf(key) {
      const [group, plural, ...rest] = key.split("/");
      return `${kinds.get(`${group}/${plural}/`) ?? plural} ${rest.join("/")}`;
    },
    keyOfOwner({ apiVersion, kind: kindName, name }, namespace) {
      const slash = apiVersion.indexOf("/");
      const group = slash < 0 ? "" : apiVersion.slice(0, slash);
      const kind = registry.byKind(group, apiVersion.slice(slash + 1), kindName);
      return kind === undefined ? undefined : keyOf(kind.view?.of ?? kind, namespace, name);
    },
  };
}
