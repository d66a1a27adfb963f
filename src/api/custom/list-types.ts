import { jsonText } from "../../machinery/exact-json.ts";
import { duplicate, invalid, type Issue } from "../../machinery/issue.ts";
import type { Json } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { isObject } from "./validate.ts";

/** What keeps a list from being the set or the map that its schema says. */
export function* listTypeIssues(items: readonly Json[], schema: JSONSchemaProps, at: string): Iterable<Issue> {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      yield* repeated(items, at);
      break;
    case "map": {
      const wrong = items.findIndex((item) => item !== null && !isObject(item));
      if (wrong === -1)
        yield* repeated(
          items.map((item) => keyOf(item, keys)),
          at,
        );
      else yield invalid(`${at}[${wrong}]`, items[wrong], "must be an object for an array of list-type map");
    }
  }
}

/** The second of those that are alike; further ones are not told. */
function* repeated(items: readonly Json[], at: string): Iterable<Issue> {
  const times = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const text = jsonText(item);
    const before = times.get(text) ?? 0;
    if (before === 1) yield duplicate(`${at}[${index}]`, item);
    times.set(text, before + 1);
  }
}

function keyOf(item: Json, keys: readonly string[]): Json {
  const members = isObject(item) ? item : {};
  return Object.fromEntries(keys.flatMap((key) => (members[key] === undefined ? [] : [[key, members[key]]])));
}
