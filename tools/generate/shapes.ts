import { goTypeOf } from "../../src/machinery/go-type.ts";
import {
  loadShapes,
  type WrittenExtra,
  type WrittenField,
  type WrittenShapes,
} from "../../src/machinery/shapes/load.ts";
import type { FieldFact, StructFact, TypeFact } from "./facts.ts";

/** The text of shapes.json: a struct a paragraph, a field a line. JSON loads ten times as fast as the same in TypeScript. */
export function writeShapes(structs: readonly StructFact[]): string {
  const atomic = structs.filter(({ mapType }) => mapType === "atomic").map(({ name }) => name);
  const atomicNames = new Set(atomic);
  const written = structs.map(({ name, fields }) => [name, fields.map((field) => writeField(field, atomicNames))]);
  const known = loadShapes({ structs: Object.fromEntries(written) as WrittenShapes["structs"], atomic });
  const paragraphs = structs.map(({ name, fields }) => {
    const shapes = known(name).fields;
    const lines = fields.map((field) => {
      const said = goTypeOf(shapes[field.name]!.shape) === field.goType ? {} : { goType: field.goType };
      return `    ${JSON.stringify(writeField(field, atomicNames, said))}`;
    });
    return `  ${JSON.stringify(name)}: [\n${lines.join(",\n")}\n  ]`;
  });
  return `"structs": {\n${paragraphs.join(",\n")}\n},\n"atomic": ${JSON.stringify(atomic, undefined, 2)}\n`;
}

/** The body of shapes.ts. */
export const shapesModule = `import type { ShapeTable, WrittenShapes } from "../../machinery/shapes/load.ts";
import { loadShapes } from "../../machinery/shapes/load.ts";
import written from "./shapes.json" with { type: "json" };

/** The shape of every struct, by its OpenAPI name. */
export const shapes: ShapeTable = loadShapes(written as unknown as WrittenShapes);
`;

/** @param more what the shape itself does not tell */
function writeField(field: FieldFact, atomic: ReadonlySet<string>, more: WrittenExtra = {}): WrittenField {
  const flags = `${field.required ? "r" : ""}${field.pointer ? "p" : ""}${field.omitEmpty ? "o" : ""}`;
  const written = [field.name, writeType(field.type), flags, field.number ?? 0] as const;
  const extra = { ...writeExtra(field, atomic), ...more };
  return Object.keys(extra).length === 0 ? written : [...written, extra];
}

function writeType({ code, struct, list, map, wrapped }: TypeFact): string {
  if (list !== undefined) return `${wrapped ? "<>" : "[]"}${writeType(list)}`;
  if (map !== undefined) return `{}${writeType(map)}`;
  return struct ?? code!;
}

function writeExtra(field: FieldFact, atomic: ReadonlySet<string>): WrittenExtra {
  const { listType, listKeys, mapType, strategy, mergeKey, within, type } = field;
  const values = enumOf(type);
  const ownAtomic = type.struct === undefined ? false : atomic.has(type.struct);
  const saidAtomic = mapType === undefined ? ownAtomic : mapType === "atomic";
  return {
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(values === undefined ? {} : { enum: values }),
    ...(within === undefined ? {} : { within }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(mergeKey === undefined ? {} : { mergeKey }),
    ...(listType === undefined || listType === "atomic" ? {} : { list: listType }),
    ...(listKeys === undefined ? {} : { keys: listKeys }),
    ...(saidAtomic === ownAtomic ? {} : { atomic: saidAtomic }),
    ...(field.inlined === undefined ? {} : { inlined: field.inlined }),
  };
}

function enumOf(type: TypeFact): readonly string[] | undefined {
  return (
    type.enum ??
    (type.list === undefined ? undefined : enumOf(type.list)) ??
    (type.map === undefined ? undefined : enumOf(type.map))
  );
}
