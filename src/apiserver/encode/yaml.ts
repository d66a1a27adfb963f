import type { Json, JsonObject } from "../../machinery/json.ts";
import { naturalOrder } from "./yaml-order.ts";
import { isSimpleKey, scalarText } from "./yaml-scalar.ts";

const STEP = 2;

/** A JSON value as Go's YAML writer has it, which Kubernetes uses: names sorted, lists in mappings not indented. */
export function toYaml(value: unknown): string {
  return ended(nodeText(value as Json, -STEP, 0));
}

/** @param around the indent of what the value is in; @param column where its text begins */
function nodeText(value: Json, around: number, column: number): string {
  const indent = around + STEP;
  if (typeof value !== "object" || value === null) {
    return scalarText(value, { column, indent: Math.max(indent, STEP) });
  }
  if (isList(value)) return value.length === 0 ? "[]" : listText(value, indent);
  return isEmpty(value) ? "{}" : mapText(value, indent);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function listText(items: readonly Json[], indent: number): string {
  return items.map((item) => `- ${nodeText(item, indent, indent + STEP)}`).reduce(below(indent));
}

function mapText(map: JsonObject, indent: number): string {
  const names = Object.keys(map).toSorted(naturalOrder);
  return names.map((name) => entryText(name, map[name]!, indent)).reduce(below(indent));
}

function entryText(key: string, value: Json, indent: number): string {
  const within = indent + STEP;
  if (!isSimpleKey(key)) {
    const marked = `? ${scalarText(key, { column: within, indent: within })}`;
    return below(indent)(marked, `: ${nodeText(value, indent, within)}`);
  }
  const name = `${scalarText(key, undefined)}:`;
  if (typeof value !== "object" || value === null || isEmpty(value)) {
    return `${name} ${nodeText(value, indent, indent + [...name].length + 1)}`;
  }
  return isList(value) ? below(indent)(name, listText(value, indent)) : below(within)(name, mapText(value, within));
}

function below(indent: number): (before: string, text: string) => string {
  return (before, text) => `${ended(before)}${" ".repeat(indent)}${text}`;
}

/** A text that keeps its own line breaks may have ended its last line itself. */
function ended(text: string): string {
  return /[\n\u2028\u2029]$/.test(text) ? text : `${text}\n`;
}
