import type { Kind } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Entry } from "../../store/contract.ts";

/** A stored version as another version of the API shows it; the same entry where the kind is stored as it is. */
export function viewEntry(kind: Kind, entry: Entry<KubeObject>): Entry<KubeObject> {
  const shown = kind.view?.fromStored ?? kind.fromStored;
  if (shown === undefined) return entry;
  let views = viewsOf.get(kind);
  if (views === undefined) viewsOf.set(kind, (views = new WeakMap()));
  let view = views.get(entry);
  if (view === undefined) {
    const value = shown(entry.value);
    views.set(entry, (view = value === entry.value ? entry : derivedEntry(entry, value)));
  }
  return view;
}

/** By the declaration: that of a custom kind is another one once its definition has changed. */
const viewsOf = new WeakMap<Kind, WeakMap<Entry<KubeObject>, Entry<KubeObject>>>();

/** An entry at the place of another, with another value. */
export function derivedEntry(entry: Entry<KubeObject>, value: KubeObject): Entry<KubeObject> {
  const forms = new Map<string, unknown>();
  let bytes: Uint8Array | undefined;
  return {
    key: entry.key,
    revision: entry.revision,
    value,
    get bytes() {
      return (bytes ??= encoder.encode(JSON.stringify(value)));
    },
    remember<T>(form: string, make: () => T): T {
      if (!forms.has(form)) forms.set(form, make());
      return forms.get(form) as T;
    },
  };
}

const encoder = new TextEncoder();
