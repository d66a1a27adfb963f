import type { AnyShape, Field, Shape, StructShape } from "../../machinery/shape.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { shapes } from "../generated/shapes.ts";

/** What a schema says nothing of. */
const ANY: AnyShape = { type: "any", protobuf: "json", granular: true };

/** The shape of ObjectMeta, which custom objects share with all others. */
export const metadataShape: StructShape = shapes("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

/**
 * The shape of a custom kind, made of its schema: who owns which field, and how lists are merged. It has no protobuf numbers.
 * @param schema the schema at the root; without one nothing but metadata is known
 */
export function shapeOfKind(schema: JSONSchemaProps): StructShape {
  const own = structOf(schema);
  const text: Shape = { type: "string" };
  const fields: Record<string, Field> = Object.assign(Object.create(null) as Record<string, Field>, own.fields, {
    kind: fieldOf(text, 0),
    apiVersion: fieldOf(text, 1),
    metadata: fieldOf(metadataShape, 2),
  });
  return { ...own, fields };
}

function shapeOf(schema: JSONSchemaProps): Shape {
  if (schema["x-kubernetes-int-or-string"] === true) return { type: "string", format: "int-or-string" };
  switch (schema.type) {
    case "object":
      return objectOf(schema);
    case "array": {
      const items = Array.isArray(schema.items) ? undefined : (schema.items as JSONSchemaProps | undefined);
      const listType = (schema["x-kubernetes-list-type"] ?? "atomic") as "atomic" | "set" | "map";
      const mapKeys = schema["x-kubernetes-list-map-keys"] ?? [];
      return { type: "list", items: items === undefined ? ANY : shapeOf(items), listType, mapKeys };
    }
    case "string":
    case "integer":
    case "number":
    case "boolean":
      return { type: schema.type };
    default:
      return ANY;
  }
}

function objectOf(schema: JSONSchemaProps): Shape {
  const { additionalProperties, properties = {} } = schema;
  const atomic = schema["x-kubernetes-map-type"] === "atomic";
  if (typeof additionalProperties === "object") return { type: "map", values: shapeOf(additionalProperties), atomic };
  if (schema["x-kubernetes-embedded-resource"] === true) return shapeOfKind(schema);
  const isOpen = additionalProperties === true || preservesUnknown(schema);
  if (isOpen && Object.keys(properties).length === 0) return { type: "map", values: ANY, atomic };
  return structOf(schema);
}

function structOf(schema: JSONSchemaProps): StructShape {
  const fields: Record<string, Field> = Object.create(null) as Record<string, Field>;
  // The three that every object has come first.
  for (const [index, [name, property]] of Object.entries(schema.properties ?? {}).entries()) {
    fields[name] = fieldOf(shapeOf(property), index + 3, schema.required?.includes(name));
  }
  return {
    type: "struct",
    name: "",
    fields,
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    ...(preservesUnknown(schema) ? { rest: ANY } : {}),
  };
}

function fieldOf(shape: Shape, order: number, required = false): Field {
  return { shape, order, required, pointer: true, omitEmpty: true };
}

export function preservesUnknown(schema: JSONSchemaProps): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true;
}
