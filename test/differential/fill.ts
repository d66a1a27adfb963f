import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import type { Json } from "./define-case.ts";

/** The answers that steps of a case have named, by that name. */
export type Named = ReadonlyMap<string, Json>;

const SHORT: Readonly<Record<string, string>> = {
  uid: "metadata.uid",
  rv: "metadata.resourceVersion",
  continue: "metadata.continue",
};

/** An object with this member is a merge patch of the answer that the member names. */
export const OVER = "...";

/** Puts the parts of earlier answers, and the case's namespace, in place of their names: in texts, and in texts within values. */
export function fill<T>(value: T, namespace: string, named: Named): T {
  if (typeof value === "string") return fillText(value, namespace, named) as T;
  if (Array.isArray(value)) return value.map((item) => fill(item as unknown, namespace, named)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    fillText(key, namespace, named),
    fill(inner as unknown, namespace, named),
  ]);
  const { [OVER]: over, ...filled } = Object.fromEntries(entries) as Record<string, unknown>;
  return (typeof over === "string" ? mergePatch(inOrder(named.get(over) ?? {}), filled) : filled) as T;
}

/** In which order a server writes members means nothing, but mistakes in what is sent back are told in that order. */
function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]));
}

function fillText(text: string, namespace: string, named: Named): string {
  return text
    .replaceAll("{ns}", namespace)
    .replaceAll(
      /\{([\w-]+)(?:\.(uid|rv|continue)|:([\w.\-/]+))\}/g,
      (whole, name: string, short?: string, path?: string) => {
        if (!named.has(name)) return whole;
        const found = partOf(named.get(name), short === undefined ? path! : SHORT[short]!);
        return found === undefined ? whole : String(found);
      },
    );
}

function partOf(value: Json, path: string): unknown {
  return path.split(".").reduce<Json>((inner, key) => inner?.[key], value);
}
