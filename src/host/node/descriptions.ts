import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Describe } from "../../apiserver/openapi/describe.ts";
import { readIfThere } from "./disk/whole-file.ts";

/**
 * Takes descriptions from the npm package `@kubernetes/client-node`, whose models carry them as comments, as its methods
 * do of their parameters. A type's files are read when it is first asked for. Fields that hold another type may have no
 * description of their own.
 * @param folder the package's `dist/gen`; undefined where it isn't installed: nothing is described then.
 */
export function readDescriptions(folder: string | undefined = findGenerated()): Describe {
  const known = new Map<string, TypeDescription | undefined>();
  return (definition, field) => {
    if (folder === undefined) return undefined;
    if (!known.has(definition)) known.set(definition, readOptions(folder, definition) ?? readType(folder, definition));
    const type = known.get(definition);
    return field === undefined ? type?.description : type?.fields.get(field);
  };
}

interface TypeDescription {
  readonly description: string | undefined;
  /** By the field's JSON name. */
  readonly fields: ReadonlyMap<string, string>;
}

function findGenerated(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve("@kubernetes/client-node");
    return join(dirname(entry), "gen");
  } catch {
    return undefined;
  }
}

function readType(folder: string, openApiName: string): TypeDescription | undefined {
  for (const className of classNames(openApiName)) {
    const declaration = readIfThere(join(folder, "models", `${className}.d.ts`));
    if (declaration === undefined) continue;
    return parseType(declaration, jsonNames(readIfThere(join(folder, "models", `${className}.js`)) ?? ""));
  }
  return undefined;
}

/** Of most options there is no model: which method has them as parameters, in which file. */
const METHODS: Readonly<Record<string, readonly [file: string, method: string]>> = {
  ListOptions: ["CoordinationV1Api", "listNamespacedLease"],
  CreateOptions: ["CoordinationV1Api", "createNamespacedLease"],
  PatchOptions: ["CoordinationV1Api", "patchNamespacedLease"],
  PodLogOptions: ["CoreV1Api", "readNamespacedPodLog"],
  PodExecOptions: ["CoreV1Api", "connectGetNamespacedPodExec"],
  PodAttachOptions: ["CoreV1Api", "connectGetNamespacedPodAttach"],
  PodPortForwardOptions: ["CoreV1Api", "connectGetNamespacedPodPortforward"],
  PodProxyOptions: ["CoreV1Api", "connectGetNamespacedPodProxy"],
  ServiceProxyOptions: ["CoreV1Api", "connectGetNamespacedServiceProxy"],
  NodeProxyOptions: ["CoreV1Api", "connectGetNodeProxy"],
};

function readOptions(folder: string, openApiName: string): TypeDescription | undefined {
  const found = METHODS[openApiName.split(".").at(-1)!];
  if (found === undefined) return undefined;
  const [file, method] = found;
  const declaration = readIfThere(join(folder, "apis", `${file}.d.ts`)) ?? "";
  const comment = declaration
    .slice(0, declaration.indexOf(` ${method}(`))
    .split("/**")
    .at(-1)!;
  const parameters = comment.matchAll(/ \* @param _?(\w+) (.*)/g);
  return { description: undefined, fields: new Map(parameters.map(([, name, text]) => [name!, unescaped(text!)])) };
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

/** Undoes what the package's generator does to quotes, backslashes and whatever would begin or end a comment. */
function unescaped(text: string): string {
  const plain = text.replaceAll(/\\(.)/g, "$1").replaceAll("*_/", "*/").replaceAll("/_*", "/*");
  return plain.replaceAll(/&(?:#x([0-9A-F]+)|#(\d+)|(quot|lt|gt|amp));/g, (_, hex, decimal, name) =>
    name === undefined ? String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal)) : ENTITIES[name]!,
  );
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', lt: "<", gt: ">", amp: "&" };
