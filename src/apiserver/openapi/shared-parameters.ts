import { bytesToBase64 } from "../../machinery/base64.ts";
import { fnv64 } from "../../machinery/hash.ts";

/** A parameter as OpenAPI 2 writes it. */
export interface ParameterObject {
  readonly name: string;
  readonly in: string;
  readonly required?: true;
  readonly uniqueItems?: true;
  readonly type?: string;
  readonly description?: string;
  /** Of a body; all others say their type. */
  readonly schema?: object;
}

/** The parameters of a document that many of its operations have: written once, and referred to. */
export interface SharedParameters {
  /** A reference to the parameter; the parameter itself where it is never shared. */
  refer(parameter: ParameterObject): object;
  /** All that is referred to, by name. */
  all(): Readonly<Record<string, ParameterObject>>;
}

export function sharedParameters(): SharedParameters {
  const names = new Map<string, string>();
  const shared: Record<string, ParameterObject> = {};
  return {
    refer(parameter) {
      if (!isShared(parameter)) return parameter;
      const text = JSON.stringify(parameter);
      let name = names.get(text);
      if (name === undefined) {
        name = `${parameter.name}-${hashOf(text)}`;
        names.set(text, name);
        shared[name] = parameter;
      }
      return { $ref: `#/parameters/${name}` };
    },
    all: () => shared,
  };
}

const GENERIC = "#/definitions/io.k8s.apimachinery";

/** Names and bodies speak of one kind. Older clients look at an operation itself for whether it tries out and checks fields. */
function isShared({ name, schema }: ParameterObject): boolean {
  if (schema !== undefined) return (schema as { readonly $ref?: string }).$ref?.startsWith(GENERIC) === true;
  return name !== "name" && name !== "fieldValidation" && name !== "dryRun";
}

/** Eight letters, as Kubernetes makes them. */
function hashOf(text: string): string {
  const hash = fnv64(new TextEncoder().encode(text));
  const bytes = Uint8Array.from({ length: 6 }, (_, index) => Number((hash >> BigInt(56 - 8 * index)) & 0xffn));
  return bytesToBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}
