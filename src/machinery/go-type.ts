import type { Shape } from "./shape.ts";

/** What Go calls the type that a shape describes, as far as the shape tells: `[]v1.Container`. */
export function goTypeOf(shape: Shape): string {
  switch (shape.type) {
    case "list":
      return `[]${goTypeOf(shape.items)}`;
    case "map":
      return `map[string]${goTypeOf(shape.values)}`;
    case "struct":
      return shape.name.split(".").slice(-2).join(".");
    case "any":
      return "runtime.RawExtension";
    case "integer":
      return shape.format === "int32" ? "int32" : "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    default:
      return shape.format === "byte" ? "[]uint8" : "string";
  }
}

/** What Go calls the items of a list or the values of a map, by the name of the whole; nothing where that is a name of its own. */
export function innerGoType(goType: string | undefined): string | undefined {
  return goType === undefined ? undefined : /^(?:\[\]|map\[[^\]]*\])\*?(.+)$/.exec(goType)?.[1];
}
