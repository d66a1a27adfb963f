import type { Field, ScalarShape, Shape, StructShape } from "../../machinery/shape.ts";
import type { Describe } from "./describe.ts";

/** OpenAPI 2 (`/openapi/v2`) or 3 (`/openapi/v3`). */
export type Dialect = "v2" | "v3";

export type Schema = Record<string, unknown>;

/** Collects the definitions that a document needs, each with all that it refers to. */
export interface Definitions {
  readonly dialect: Dialect;
  readonly describe: Describe;
  /** A reference to a struct's definition, which is added; an inlined schema for structs without a name. */
  struct(shape: StructShape): Schema;
  /** A reference to a definition that is given whole. */
  named(name: string, make: () => Schema): Schema;
  /** One that was added before. */
  get(name: string): Schema | undefined;
  /** All of them, by name. */
  all(): Readonly<Record<string, Schema>>;
}

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const INT_OR_STRING = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension";
const EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";

export function createDefinitions(dialect: Dialect, describe: Describe): Definitions {
  const made = new Map<string, Schema>();
  const reference = (name: string): Schema => ({
    $ref: dialect === "v2" ? `#/definitions/${name}` : `#/components/schemas/${name}`,
  });
  const definitions: Definitions = {
    dialect,
    describe,
    named(name, make) {
      if (!made.has(name)) {
        // Known before it is made, so that a definition may refer to itself.
        made.set(name, {});
        made.set(name, described(make(), describe(name)));
      }
      return reference(name);
    },
    struct(shape) {
      if (shape.name === "") return structSchema(shape, context);
      return definitions.named(shape.name, () => structSchema(shape, context));
    },
    get: (name) => made.get(name),
    all: () => Object.fromEntries([...made].toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  const context: Context = { dialect, describe, definitions };
  return definitions;
}

interface Context {
  readonly dialect: Dialect;
  readonly describe: Describe;
  readonly definitions: Definitions;
}

function structSchema(shape: StructShape, context: Context): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(shape.fields).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    properties[name] = fieldSchema(field, context.describe(shape.name, name), context);
  }
  for (const [name, field] of Object.entries(shape.fields)) if (field.required) required.push(name);
  return {
    type: "object",
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(shape.atomic ? { "x-kubernetes-map-type": "atomic" } : {}),
  };
}

function fieldSchema(field: Field, description: string | undefined, context: Context): Schema {
  const { shape, patchStrategy, patchMergeKey } = field;
  const schema = described(shapeSchema(shape, context), description);
  const extras = {
    ...(context.dialect === "v3" ? defaultOf(field) : {}),
    ...(shape.type === "list" ? listExtensions(shape) : {}),
    ...(shape.type === "map" && shape.atomic ? { "x-kubernetes-map-type": "atomic" } : {}),
    ...(patchMergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": patchMergeKey }),
    ...(patchStrategy === undefined ? {} : { "x-kubernetes-patch-strategy": patchStrategy }),
  };
  // OpenAPI 3 ignores what stands beside a reference, so it is wrapped; the older dialect lets it stand there.
  if (context.dialect === "v2" || schema["$ref"] === undefined) return { ...schema, ...extras };
  const { $ref, ...rest } = schema;
  return Object.keys({ ...rest, ...extras }).length === 0 ? schema : { allOf: [{ $ref }], ...rest, ...extras };
}

function listExtensions({ listType, mapKeys }: Extract<Shape, { type: "list" }>): Schema {
  return {
    ...(mapKeys.length === 0 ? {} : { "x-kubernetes-list-map-keys": mapKeys }),
    "x-kubernetes-list-type": listType,
  };
}

/** What defaulting gives, or the zero value of what is always there. */
function defaultOf({ shape, pointer, omitEmpty, default: given }: Field): Schema {
  if (given !== undefined) return { default: given };
  if (shape.type === "struct") return pointer ? {} : { default: {} };
  return pointer || omitEmpty ? {} : zeroOf(shape);
}

function zeroOf(shape: Shape): Schema {
  switch (shape.type) {
    case "string":
      return shape.format === undefined ? { default: "" } : {};
    case "integer":
    case "number":
      return { default: 0 };
    case "boolean":
      return { default: false };
    case "struct":
      return { default: {} };
    default:
      return {};
  }
}

function shapeSchema(shape: Shape, context: Context): Schema {
  const { definitions } = context;
  switch (shape.type) {
    case "struct":
      return definitions.struct(shape);
    case "list":
      return { type: "array", items: elementSchema(shape.items, context) };
    case "map":
      return { type: "object", additionalProperties: elementSchema(shape.values, context) };
    case "any":
      return definitions.named(anyName(shape.protobuf), () => anySchema(shape.protobuf));
    default:
      return scalarSchema(shape, context);
  }
}

function elementSchema(shape: Shape, context: Context): Schema {
  const schema = shapeSchema(shape, context);
  const zero = context.dialect === "v3" ? zeroOf(shape) : {};
  if (schema["$ref"] === undefined || zero["default"] === undefined) return { ...schema, ...zero };
  return { allOf: [schema], ...zero };
}

function anyName(protobuf: string): string {
  switch (protobuf) {
    case "raw-extension":
      return RAW_EXTENSION;
    case "fields-v1":
      return `${META}.FieldsV1`;
    case "json":
      return `${EXTENSIONS}.JSON`;
    case "schema-or-bool":
      return `${EXTENSIONS}.JSONSchemaPropsOrBool`;
    case "schema-or-array":
      return `${EXTENSIONS}.JSONSchemaPropsOrArray`;
    default:
      return `${EXTENSIONS}.JSONSchemaPropsOrStringArray`;
  }
}

/** What may be anything says no type; the raw forms are objects. */
function anySchema(protobuf: string): Schema {
  return protobuf === "raw-extension" || protobuf === "fields-v1" ? { type: "object" } : {};
}

function scalarSchema({ type, format, enum: values }: ScalarShape, { definitions, dialect }: Context): Schema {
  switch (format) {
    case "date-time":
      return definitions.named(`${META}.Time`, () => ({ type: "string", format: "date-time" }));
    case "micro-time":
      return definitions.named(`${META}.MicroTime`, () => ({ type: "string", format: "date-time" }));
    case "duration":
      return definitions.named(`${META}.Duration`, () => ({ type: "string" }));
    case "quantity":
      return definitions.named(QUANTITY, () =>
        dialect === "v2" ? { type: "string" } : { oneOf: [{ type: "string" }, { type: "number" }] },
      );
    case "int-or-string":
      return definitions.named(INT_OR_STRING, () => ({
        format: "int-or-string",
        ...(dialect === "v2" ? { type: "string" } : { oneOf: [{ type: "integer" }, { type: "string" }] }),
      }));
    default:
      return { type, ...(format === undefined ? {} : { format }), ...(values === undefined ? {} : { enum: values }) };
  }
}

function described(schema: Schema, description: string | undefined): Schema {
  return description === undefined ? schema : { description, ...schema };
}
