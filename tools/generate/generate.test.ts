import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { allFacts } from "../../src/api/generated/resources.ts";
import { shapes } from "../../src/api/generated/shapes.ts";
import { readDescriptions } from "../../src/host/node/descriptions.ts";
import type { Shape, StructShape } from "../../src/machinery/shape.ts";
import { inputHash, moduleFolder } from "./facts.ts";

const generated = join(import.meta.dirname, "../../src/api/generated");
const kubernetes = folderIfThere("k8s.io/kubernetes");
const api = folderIfThere("k8s.io/api");
const withoutModules = kubernetes === undefined || api === undefined ? "the Go modules are not here" : false;

test("generate: every file was written from the present input", () => {
  const hash = inputHash();
  for (const file of readdirSync(generated)) {
    const header = readFileSync(join(generated, file), "utf8").split("\n", 1)[0]!;
    assert(header.includes(`input ${hash}.`), `${file}: ${header}; run npm run generate`);
  }
});

test("generate: shapes hold exactly the fields of Kubernetes' own test objects", { skip: withoutModules }, () => {
  const folder = join(api!, "testdata/HEAD");
  let checked = 0;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const object = JSON.parse(readFileSync(join(folder, file), "utf8")) as Partial<Typed>;
    const shape = object.apiVersion === undefined ? undefined : shapeOf(object.apiVersion, object.kind!);
    if (shape === undefined) continue;
    assert.deepEqual([...disagreements(shape, object, object.kind!, [])], [], file);
    checked += 1;
  }
  assert(checked > 100, `${checked} objects were checked`);
});

test("generate: protobuf numbers are those of the .proto files", { skip: withoutModules }, () => {
  const wrong: string[] = [];
  for (const name of shapes.names.filter((each) => each.startsWith("io.k8s.api."))) {
    const [group, version, message] = name.split(".").slice(3) as [string, string, string];
    const numbers = protoNumbers(join(api!, group, version), message);
    if (numbers === undefined) continue;
    for (const [field, { protobuf }] of Object.entries(shapes(name).fields)) {
      if (protobuf === undefined || protobuf.within !== undefined) continue;
      if (numbers.get(field.replaceAll("-", "").toLowerCase()) !== protobuf.number) wrong.push(`${name}.${field}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("generate: descriptions agree with OpenAPI", { skip: withoutModules }, () => {
  const swagger = JSON.parse(readFileSync(join(kubernetes!, "api/openapi-spec/swagger.json"), "utf8")) as Swagger;
  const describe = readDescriptions();
  const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();
  let agreed = 0;
  for (const [definition, { description, properties = {} }] of Object.entries(swagger.definitions)) {
    const texts = [
      [undefined, description] as const,
      ...Object.entries(properties).map(([field, each]) => [field, each.description] as const),
    ];
    for (const [field, wanted] of texts) {
      const found = describe(definition, field);
      if (found === undefined) continue;
      assert.equal(oneLine(found), oneLine(wanted ?? ""), `${definition} ${field ?? ""}`);
      agreed += 1;
    }
  }
  assert(agreed > 2500, `${agreed} descriptions agreed`);
});

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Swagger {
  readonly definitions: Readonly<
    Record<string, Described & { readonly properties?: Readonly<Record<string, Described>> }>
  >;
}

interface Described {
  readonly description?: string;
}

function folderIfThere(module: string): string | undefined {
  try {
    const folder = moduleFolder(module);
    return existsSync(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

function shapeOf(apiVersion: string, kind: string): StructShape | undefined {
  const [version, group = ""] = apiVersion.split("/").reverse();
  const sibling = allFacts.find((each) => each.group === group && each.version === version);
  const name = sibling?.shape.name.replace(/[^.]+$/, kind);
  return name !== undefined && shapes.names.includes(name) ? shapes(name) : undefined;
}

/** @param outer the structs around: the test objects end where a type would hold itself. */
function* disagreements(shape: Shape, value: unknown, path: string, outer: readonly Shape[]): Generator<string> {
  if (shape.type === "any") return;
  if (shape.type === "list" && Array.isArray(value)) {
    for (const item of value) yield* disagreements(shape.items, item, `${path}[]`, outer);
  } else if (shape.type === "map" && isRecord(value)) {
    for (const item of Object.values(value)) yield* disagreements(shape.values, item, `${path}{}`, outer);
  } else if (shape.type === "struct" && isRecord(value)) {
    for (const [name, inner] of Object.entries(value)) {
      const field = shape.fields[name];
      if (field === undefined) yield `${path}.${name} is in no shape`;
      else yield* disagreements(field.shape, inner, `${path}.${name}`, [...outer, shape]);
    }
    for (const [name, field] of Object.entries(shape.fields)) {
      // The type of an object inside another goes without saying.
      const isImplied = outer.length > 0 && field.protobuf === undefined;
      if (!(name in value) && !outer.includes(shape) && !isImplied) yield `${path}.${name} is in no test object`;
    }
  } else if (!isScalar(shape, value)) {
    yield `${path} is no ${shape.type}: ${JSON.stringify(value)}`;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isScalar(shape: Shape, value: unknown): boolean {
  // A zero time.
  if (value === null) return shape.type === "string" && shape.format === "date-time";
  if (shape.type === "string")
    return typeof value === "string" || (shape.format === "int-or-string" && typeof value === "number");
  if (shape.type === "boolean") return typeof value === "boolean";
  if (shape.type === "integer") return Number.isInteger(value);
  return shape.type === "number" && typeof value === "number";
}

/** Field → number of one message of a package's generated.proto. */
function protoNumbers(folder: string, message: string): ReadonlyMap<string, number> | undefined {
  const file = join(folder, "generated.proto");
  if (!existsSync(file)) return undefined;
  const body = new RegExp(`^message ${message} \\{\n(.*?)^\\}`, "ms").exec(readFileSync(file, "utf8"))?.[1];
  if (body === undefined) return undefined;
  const fields = body.matchAll(/^ {2}(?:optional|repeated|map<.*>) ?\S* (\w+) = (\d+);/gm);
  return new Map(fields.map(([, name, number]) => [name!.toLowerCase(), Number(number)] as const));
}
