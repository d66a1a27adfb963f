import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Describe } from "../../apiserver/openapi/describe.ts";
import { readIfThere } from "./disk/whole-file.ts";

/**
 * Takes descriptions from the npm package `@kubernetes/client-node`, whose models carry them as comments. A type's files
 * are read when it is first asked for. Fields that hold another type may have no description of their own.
 * @param modelsFolder the package's `dist/gen/models`; undefined where it isn't installed: nothing is described then.
 */
export function readDescriptions(modelsFolder: string | undefined = findModels()): Describe {
  const known = new Map<string, TypeDescription | undefined>();
  return (definition, field) => {
    if (modelsFolder === undefined) return undefined;
    if (!known.has(definition)) known.set(definition, readType(modelsFolder, definition));
    const type = known.get(definition);
    return field === undefined ? type?.description : type?.fields.get(field);
  };
}

interface TypeDescription {
  readonly description: string | undefined;
  /** By the field's JSON name. */
  readonly fields: ReadonlyMap<string, string>;
}

function findModels(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
    return join(dirname(entry), "gen", "models");
  } catch {
    return undefined;
  }
}

function readType(folder: string, openApiName: string): TypeDescription | undefined {
  for (const className of classNames(openApiName)) {
    const declaration = readIfThere(join(folder, `${className}.d.ts`));
    if (declaration === undefined) continue;
    return parseType(declaration, jsonNames(readIfThere(join(folder, `${className}.js`)) ?? ""));
  }
  return undefined;
}

/** `io.k8s.api.core.v1.Event` is `CoreV1Event` if other groups have a `v1.Event` too, else it would be `V1Event`. */
function classNames(openApiName: string): readonly string[] {
  const [group = "", version = "", kind = ""] = openApiName.split(".").slice(-3);
  return [`${capitalized(group)}${capitalized(version)}${kind}`, `${capitalized(version)}${kind}`];
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** The models rename what JavaScript reserves (`_default`): property → JSON name. */
function jsonNames(code: string): ReadonlyMap<string, string> {
  const pairs = code.matchAll(/"name": "([^"]+)",\s*"baseName": "([^"]+)"/g);
  return new Map(pairs.map(([, name, jsonName]) => [name!, jsonName!] as const));
}

function parseType(declaration: string, names: ReadonlyMap<string, string>): TypeDescription {
  const type = /\/\*\*\n\* (.*)\n\*\/\nexport declare class/.exec(declaration)?.[1];
  const fields = new Map<string, string>();
  for (const [, text, property] of declaration.matchAll(/ {4}\/\*\*\n {4}\* (.*)\n {4}\*\/\n {4}'([^']+)'\??:/g)) {
    if (!OF_THE_TYPE.test(text!)) fields.set(names.get(property!) ?? property!, unescaped(text!));
  }
  return { description: type === undefined ? undefined : unescaped(type), fields };
}

/** The models give a field of such a type the type's own description in place of the field's. */
const OF_THE_TYPE = /^(IntOrString|MicroTime|JSON|JSONSchemaPropsOr\w+) (is|represents) /;

/** Undoes what the models' generator does to quotes, backslashes and whatever would begin or end a comment. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1").replaceAll("*_/", "*/").replaceAll("/_*", "/*");
}
