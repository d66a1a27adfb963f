import { quoted } from "../../../machinery/issue.ts";
import { formatOf } from "../../custom/formats.ts";
import type { CustomResourceDefinition, JSONSchemaProps } from "../../generated/apiextensions-v1.ts";
import { versionsOf } from "./definition-validation.ts";
import { innerSchemas } from "./schema-validation.ts";

/** Of formats in schemas that say nothing, but for those that were there before. */
export function* definitionWarnings(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): Iterable<string> {
  const known = new Set(old === undefined ? [] : unknownFormats(old));
  for (const format of unknownFormats(definition)) {
    if (!known.has(format)) yield `unrecognized format ${quoted(format)}`;
  }
}

function unknownFormats({ spec }: CustomResourceDefinition): readonly string[] {
  return versionsOf(spec).flatMap(({ schema }) =>
    schema?.openAPIV3Schema === undefined ? [] : [...unknownIn(schema.openAPIV3Schema)],
  );
}

function* unknownIn(schema: JSONSchemaProps): Iterable<string> {
  const { format = "" } = schema;
  if (formatOf(schema) !== format) yield format;
  for (const [inner] of innerSchemas(schema, "")) yield* unknownIn(inner);
}
