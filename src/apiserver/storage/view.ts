import type { Kind } from "../../api/kind.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Entry } from "../../store/contract.ts";

/** A stored version as another version of the API shows it; the same entry where the kind is stored as it is. */
export function viewEntry(kind: Kind, entry: Entry<KubeObject>): Entry<KubeObject> {
  const view = kind.view;
  if (view === undefined) return entry;
  return entry.remember(`view ${kind.apiVersion}`, () => {
    const value = view.fromStored(entry.value);
    return derivedEntry(entry, value);
  });
}

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
