import type { KubeObject } from "../../machinery/object.ts";
import type { Store } from "../../store/contract.ts";

/** What admission reads of the present state: the store's image, at once and always current. */
export interface Lookup {
  /** @param resource `core/pods`, `scheduling.k8s.io/priorityclasses`. */
  get<T extends KubeObject>(resource: string, name: string, namespace?: string): T | undefined;
  list<T extends KubeObject>(resource: string, namespace?: string): readonly T[];
}

export function lookupIn(store: Store<KubeObject>): Lookup {
  return {
    get: <T extends KubeObject>(resource: string, name: string, namespace?: string) =>
      store.get(`${resource}/${namespace === undefined ? "" : `${namespace}/`}${name}`)?.value as T | undefined,
    list: <T extends KubeObject>(resource: string, namespace?: string) =>
      store
        .list(`${resource}/${namespace === undefined ? "" : `${namespace}/`}`)
        .entries.map((entry) => entry.value as T),
  };
}
