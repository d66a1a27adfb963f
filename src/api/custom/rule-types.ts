import type { Environment } from "@marcbachmann/cel-js";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { escapedName } from "./cel-value.ts";

/**
 * Tells the checker of expressions of a schema and of all within it.
 * @param name what its objects go by
 * @param isResource an object of the API, with its kind and its name
 * @returns the type of its values as the checker names it; undefined where the schema says nothing that expressions may rely on
 */
export function registerSchema(
  environment: Environment,
  schema: JSONSchemaProps,
  name: string,
  isResource: boolean,
): string | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) return "dyn";
  switch (schema.type) {
    case "array":
      return listType(environment, schema, name);
    case "object":
      return typeof schema.additionalProperties === "object"
        ? mapType(environment, schema.additionalProperties, name)
        : objectType(environment, schema, name, isResource);
    case "string":
      return TEXTS[schema.format ?? ""] ?? "string";
    default:
      return SCALARS[schema.type ?? ""];
  }
}

const SCALARS: Readonly<Record<string, string>> = { boolean: "bool", number: "double", integer: "int" };
const TEXTS: Readonly<Record<string, string>> = {
  byte: "bytes",
  duration: "google.protobuf.Duration",
  date: "google.protobuf.Timestamp",
  "date-time": "google.protobuf.Timestamp",
};

function inner(environment: Environment, schema: JSONSchemaProps, name: string): string | undefined {
  return registerSchema(environment, schema, name, schema["x-kubernetes-embedded-resource"] === true);
}

function listType(environment: Environment, { items }: JSONSchemaProps, name: string): string | undefined {
  if (items === undefined || Array.isArray(items)) return undefined;
  const type = inner(environment, items as JSONSchemaProps, `${name}.items`);
  return type === undefined ? undefined : `list<${type}>`;
}

function mapType(environment: Environment, values: JSONSchemaProps, name: string): string | undefined {
  const type = inner(environment, values, `${name}.values`);
  return type === undefined ? undefined : `map<string, ${type}>`;
}

function objectType(environment: Environment, schema: JSONSchemaProps, name: string, isResource: boolean): string {
  const properties = { ...schema.properties, ...(isResource ? RESOURCE : {}) };
  const fields = Object.entries(properties).flatMap(([field, property]) => {
    const type = inner(environment, property, `${name}.${field.replaceAll(/\W/g, "_")}`);
    return type === undefined ? [] : [[escapedName(field), type] as const];
  });
  environment.registerType({ name, fields: Object.fromEntries(fields) } as never);
  // Nothing is asked here: it is the checker that has to know that they can be compared.
  environment.registerOperator(`${name} == ${name}`, () => false);
  return name;
}

/** What is known of every object of the API. */
const RESOURCE: Readonly<Record<string, JSONSchemaProps>> = {
  apiVersion: { type: "string" },
  kind: { type: "string" },
  metadata: { type: "object", properties: { name: { type: "string" }, generateName: { type: "string" } } },
};
