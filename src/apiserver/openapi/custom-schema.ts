import { shapes } from "../../api/generated/shapes.ts";
import type { Definitions, Schema } from "./definitions.ts";
import { OBJECT_META } from "./describe.ts";

/** A kind whose documentation says what all objects have. */
const ANY_KIND = "io.k8s.api.core.v1.ConfigMap";

/**
 * The schema of a custom kind as documents show it: with the fields that every object has, and in the older dialect without
 * what that cannot say.
 */
export function customObjectSchema(schema: Schema, definitions: Definitions): Schema {
  const { dialect } = definitions;
  if (dialect === "v2" && schema[PRESERVES] === true) return { type: "object" };
  return withObjectFields({ ...inDialect(schema, dialect), type: "object" }, definitions);
}

const PRESERVES = "x-kubernetes-preserve-unknown-fields";
const EMBEDDED = "x-kubernetes-embedded-resource";

function withObjectFields(schema: Schema, definitions: Definitions): Schema {
  const { dialect, describe } = definitions;
  const text = (name: string) => ({ description: describe(ANY_KIND, name) ?? "", type: "string" });
  const reference = definitions.struct(shapes(OBJECT_META));
  const metadata = {
    description: "Standard object's metadata.",
    ...(dialect === "v2" ? reference : { allOf: [reference] }),
  };
  const properties = mapped(schema["properties"], (inner) => withinEmbedded(inner, definitions));
  return { ...schema, properties: { ...properties, apiVersion: text("apiVersion"), kind: text("kind"), metadata } };
}

/** Objects within an object have the same fields. */
function withinEmbedded(schema: Schema, definitions: Definitions): Schema {
  const next = { ...schema };
  for (const name of ["items", "additionalProperties"]) {
    if (isSchema(schema[name])) next[name] = withinEmbedded(schema[name], definitions);
  }
  if (schema[EMBEDDED] === true && !(schema[PRESERVES] === true && definitions.dialect === "v2")) {
    return withObjectFields(next, definitions);
  }
  if (schema["properties"] === undefined) return next;
  return { ...next, properties: mapped(schema["properties"], (inner) => withinEmbedded(inner, definitions)) };
}

/** What OpenAPI 2 cannot say, or kubectl would take amiss, is left out there. */
function inDialect(schema: Schema, dialect: Definitions["dialect"]): Schema {
  if (dialect === "v3") return schema;
  const { nullable, allOf: _all, anyOf: _any, oneOf: _one, not: _not, ...said } = schema;
  const { properties, items, type, required, ...rest } = said;
  const isOpen = nullable === true || schema[PRESERVES] === true;
  const keepsType = type !== undefined && nullable !== true && !(schema[PRESERVES] === true && type === "object");
  const members = isOpen ? undefined : (properties as Readonly<Record<string, Schema>> | undefined);
  const needed = (required as readonly string[] | undefined)?.filter((name) => members?.[name]?.["nullable"] !== true);
  return {
    ...rest,
    ...(isSchema(schema["additionalProperties"])
      ? { additionalProperties: inDialect(schema["additionalProperties"], dialect) }
      : {}),
    ...(keepsType && !(type === "array" && (isOpen || items === undefined)) ? { type } : {}),
    ...(needed === undefined || needed.length === 0 ? {} : { required: needed }),
    ...(members === undefined ? {} : { properties: mapped(members, (inner) => inDialect(inner, dialect)) }),
    ...(isOpen || !isSchema(items) ? {} : { items: inDialect(items, dialect) }),
  };
}

function mapped(schemas: unknown, change: (schema: Schema) => Schema): Readonly<Record<string, Schema>> {
  const entries = Object.entries((schemas ?? {}) as Readonly<Record<string, Schema>>);
  return Object.fromEntries(entries.map(([name, schema]) => [name, change(schema)]));
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
