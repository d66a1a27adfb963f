import type { Environment } from "@marcbachmann/cel-js";
import type { ScalarShape, Shape, StructShape } from "../../machinery/shape.ts";

/** What the checker calls the objects of a shape. @param root what a shape without a name of its own goes by */
export function shapeType(root: string, { name }: StructShape): string {
  return name === "" ? `${root}.object` : name;
}

/** Tells the checker of the objects of shapes, by their roots, and of all within them. They may be null: there is not always one. */
export function registerShapes(environment: Environment, shapes: Readonly<Record<string, StructShape>>): void {
  const known = new Set<string>();
  const roots = new Set<string>();
  for (const [root, shape] of Object.entries(shapes)) {
    const type = shapeType(root, shape);
    if (!known.has(type)) registerStruct(environment, type, shape, known);
    roots.add(type);
  }
  for (const type of roots) environment.registerOperator(`${type} == null`, () => false);
}

/** @param known the types that are there already, or on their way: shapes may hold themselves */
function registerStruct(
  environment: Environment,
  type: string,
  { fields, rest }: StructShape,
  known: Set<string>,
): void {
  known.add(type);
  const types = Object.entries(fields).map(
    ([name, field]) => [name, typeIn(environment, `${type}.${name}`, field.shape, known)] as const,
  );
  if (rest === undefined) environment.registerType({ name: type, fields: Object.fromEntries(types) } as never);
  // What may have any other member says nothing of those that it has.
  else environment.registerType(type, class {});
}

function typeIn(environment: Environment, path: string, shape: Shape, known: Set<string>): string {
  switch (shape.type) {
    case "struct": {
      const type = shapeType(path, shape);
      if (!known.has(type)) registerStruct(environment, type, shape, known);
      return type;
    }
    case "list":
      return `list<${typeIn(environment, path, shape.items, known)}>`;
    case "map":
      return `map<string, ${typeIn(environment, path, shape.values, known)}>`;
    case "any":
      return "dyn";
    default:
      return scalarType(shape);
  }
}

function scalarType({ type, format }: ScalarShape): string {
  switch (format) {
    case "date-time":
    case "micro-time":
      return "google.protobuf.Timestamp";
    case "byte":
      return "bytes";
    case "int-or-string":
    case "quantity":
    case "duration":
      return "dyn";
    default:
      return { string: "string", integer: "int", number: "double", boolean: "bool" }[type];
  }
}
