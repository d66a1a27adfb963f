import type { AnyShape, Field, ListShape, ProtobufField, ScalarFormat, Shape, StructShape } from "../shape.ts";

/** Shapes as they are written down: a struct's fields in Go's order. */
export interface WrittenShapes {
  readonly structs: Readonly<Record<string, readonly WrittenField[]>>;
  /** The structs that server-side apply owns as one value. */
  readonly atomic: readonly string[];
}

/**
 * Name, type, flags, protobuf number (0: not in protobuf), and what few fields have.
 * The type is a scalar's code, a struct's name (it has dots), or either behind `[]` (a list), `<>` (a wrapped list) or
 * `{}` (a map). The flags are `r` required, `p` pointer, `o` omitted when empty.
 */
export type WrittenField = readonly [name: string, type: string, flags: string, number: number, extra?: WrittenExtra];

export interface WrittenExtra {
  readonly default?: unknown;
  readonly enum?: readonly string[];
  /** See `ProtobufField.within`. */
  readonly within?: readonly number[];
  readonly strategy?: string;
  readonly mergeKey?: string;
  /** `atomic` where it is not said. */
  readonly list?: "set" | "map";
  readonly keys?: readonly string[];
  /** Differs from what the map or the struct would be by itself. */
  readonly atomic?: boolean;
  /** See `Field`. */
  readonly goType?: string;
  readonly inlined?: readonly string[];
}

/** Finds structs by their OpenAPI name. Throws for a name that was not generated. */
export type ShapeTable = ((name: string) => StructShape) & { readonly names: readonly string[] };

/** Makes shapes of what is written down, each struct's fields when they are first asked for: the start stays cheap. */
export function loadShapes(written: WrittenShapes): ShapeTable {
  const atomic = new Set(written.atomic);
  const made = new Map<string, StructShape>();
  const struct = (name: string, isAtomic: boolean = atomic.has(name)): StructShape => {
    const key = isAtomic === atomic.has(name) ? name : `${name} ${isAtomic}`;
    let shape = made.get(key);
    if (shape === undefined) {
      const fields = written.structs[name];
      if (fields === undefined) throw new Error(`no shape is named ${name}`);
      made.set(key, (shape = new LazyStruct(name, isAtomic, () => fieldsOf(fields, struct))));
    }
    return shape;
  };
  return Object.assign((name: string) => struct(name), { names: Object.keys(written.structs) });
}

type FindStruct = (name: string, atomic?: boolean) => StructShape;

class LazyStruct implements StructShape {
  readonly type = "struct";
  readonly name: string;
  readonly atomic: boolean;
  #resolve: (() => Readonly<Record<string, Field>>) | undefined;
  #fields: Readonly<Record<string, Field>> | undefined;

  constructor(name: string, atomic: boolean, resolve: () => Readonly<Record<string, Field>>) {
    this.name = name;
    this.atomic = atomic;
    this.#resolve = resolve;
  }

  get fields(): Readonly<Record<string, Field>> {
    if (this.#fields === undefined) {
      this.#fields = this.#resolve!();
      this.#resolve = undefined;
    }
    return this.#fields;
  }
}

function fieldsOf(written: readonly WrittenField[], struct: FindStruct): Readonly<Record<string, Field>> {
  // No prototype: a client's field may be called "constructor".
  const fields: Record<string, Field> = Object.create(null) as Record<string, Field>;
  for (const [order, [name, type, flags, number, extra = {}]] of written.entries()) {
    const shape = shapeOf(type, extra, struct);
    fields[name] = {
      shape,
      order,
      required: flags.includes("r"),
      pointer: flags.includes("p"),
      omitEmpty: flags.includes("o"),
      ...(extra.default === undefined ? {} : { default: extra.default }),
      ...(number === 0 ? {} : { protobuf: protobufOf(number, shape, extra) }),
      ...(extra.strategy === undefined ? {} : { patchStrategy: extra.strategy }),
      ...(extra.mergeKey === undefined ? {} : { patchMergeKey: extra.mergeKey }),
      ...(extra.goType === undefined ? {} : { goType: extra.goType }),
      ...(extra.inlined === undefined ? {} : { inlined: extra.inlined }),
    };
  }
  return fields;
}

function shapeOf(type: string, extra: WrittenExtra, struct: FindStruct): Shape {
  const inner = type.slice(2);
  const { enum: values } = extra;
  const inside: WrittenExtra = values === undefined ? {} : { enum: values };
  switch (type.slice(0, 2)) {
    case "[]":
    case "<>": {
      const items = shapeOf(inner, inside, struct);
      const list: ListShape = { type: "list", items, listType: extra.list ?? "atomic", mapKeys: extra.keys ?? [] };
      return type.startsWith("<") ? { ...list, wrapped: true } : list;
    }
    case "{}":
      return { type: "map", values: shapeOf(inner, inside, struct), atomic: extra.atomic ?? false };
  }
  if (type.includes(".")) return struct(type, extra.atomic);
  const scalar = SCALARS[type];
  if (scalar === undefined) return anyOf(type, struct);
  return values === undefined ? scalar : { ...scalar, enum: values };
}

type Scalar = Extract<Shape, { readonly enum?: readonly string[] }>;

const SCALARS: Readonly<Record<string, Scalar>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  ...stringFormats("date-time", "micro-time", "duration", "quantity", "int-or-string", "byte"),
};

function stringFormats(...formats: readonly ScalarFormat[]): Record<string, Scalar> {
  return Object.fromEntries(formats.map((format) => [format, { type: "string", format }]));
}

const SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

function anyOf(type: string, struct: FindStruct): AnyShape {
  const protobuf = type as AnyShape["protobuf"];
  return type.startsWith("schema-or-") ? { type: "any", protobuf, schema: struct(SCHEMA) } : { type: "any", protobuf };
}

function protobufOf(number: number, shape: Shape, { within }: WrittenExtra): ProtobufField {
  const wire = wireOf(shape);
  return within === undefined ? { number, wire } : { number, wire, within };
}

/** Repeated scalars are written one by one, never packed: a list's wire is that of its items. */
function wireOf(shape: Shape): ProtobufField["wire"] {
  switch (shape.type) {
    case "boolean":
    case "integer":
      return "varint";
    case "number":
      return "fixed64";
    case "list":
      return shape.wrapped === true ? "bytes" : wireOf(shape.items);
    default:
      return "bytes";
  }
}
