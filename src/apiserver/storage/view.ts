import type { Kind } from "../../api/kind.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Entry } from "../../store/contract.ts";

/**
 * A stored version as another version of the API shows it; the same entry where the kind is stored as it is. Where somebody else
 * converts, `prepareViews` has to come before.
 */
export function viewEntry(kind: Kind, entry: Entry<KubeObject>): Entry<KubeObject> {
  const shown = kind.view?.fromStored ?? kind.fromStored;
  if (shown === undefined) return entry;
  const views = viewsFor(kind);
  let view = views.get(entry);
  if (view === undefined && isForeign(kind, entry)) throw new Error(`${entry.key} is viewed before it is converted`);
  if (view === undefined) {
    const value = shown(entry.value);
    views.set(entry, (view = value === entry.value ? entry : derivedEntry(entry, value)));
  }
  return view;
}

/**
 * Has entries of other versions converted, all at once, before they are viewed. It asks nobody for what is known already.
 * @throws {StatusError} where the conversion does not succeed
 */
export async function prepareViews(kind: Kind, entries: readonly Entry<KubeObject>[]): Promise<void> {
  if (kind.conversion === undefined) return;
  const views = viewsFor(kind);
  const foreign = entries.filter((entry) => isForeign(kind, entry) && !views.has(entry));
  if (foreign.length === 0) return;
  const values = foreign.map(({ value }) => value);
  const converted = await kind.conversion(values, kind.apiVersion);
  const shown = kind.view?.fromStored ?? kind.fromStored ?? ((value: KubeObject) => value);
  for (const [index, entry] of foreign.entries()) views.set(entry, derivedEntry(entry, shown(converted[index]!)));
}

/** An object as it is stored. @throws {StatusError} where its conversion does not succeed */
export async function storedForm(kind: Kind, object: KubeObject): Promise<KubeObject> {
  const { view, conversion } = kind;
  if (view === undefined) return object;
  if (conversion === undefined) return view.toStored(object);
  const [converted] = await conversion([object], view.of.apiVersion);
  return view.of.fromStored?.(converted!) ?? converted!;
}

/** An object that is not stored, as it would be shown if it were. */
export function shownForm(kind: Kind, object: KubeObject): KubeObject {
  return kind.view === undefined ? (kind.fromStored?.(object) ?? object) : object;
}

function isForeign({ conversion, apiVersion }: Kind, { value }: Entry<KubeObject>): boolean {
  return conversion !== undefined && value.apiVersion !== apiVersion;
}

function viewsFor(kind: Kind): WeakMap<Entry<KubeObject>, Entry<KubeObject>> {
  let views = viewsOf.get(kind);
  if (views === undefined) viewsOf.set(kind, (views = new WeakMap()));
  return views;
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
      return (bytes ??= encoder.encode(jsonOfGo(value)));
    },
    remember<T>(form: string, make: () => T): T {
      if (!forms.has(form)) forms.set(form, make());
      return forms.get(form) as T;
    },
  };
}

const encoder = new TextEncoder();
