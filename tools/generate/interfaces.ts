import type { FieldFact, KindFact, StructFact, TypeFact } from "./facts.ts";

/** The module of a Go package's interfaces: `k8s.io/api/apps/v1` → `apps-v1`. */
export function moduleOf(goPkg: string): string {
  const [group, version] = goPkg.split("/").slice(-2);
  return `${group}-${version}`;
}

const OBJECT_TYPES = new Set([
  "ObjectMeta",
  "OwnerReference",
  "ManagedFieldsEntry",
  "ListMeta",
  "LabelSelector",
  "LabelSelectorRequirement",
]);
const STATUS_TYPES = new Set(["Status", "StatusDetails", "StatusCause"]);

/** The TypeScript of each module, without its header. */
export function writeInterfaces(structs: readonly StructFact[], kinds: readonly KindFact[]): Map<string, string> {
  const byName = new Map(structs.map((struct) => [struct.name, struct]));
  const kindOf = new Map(kinds.filter(({ kind }) => !kind.endsWith("List")).map((kind) => [kind.struct, kind]));
  const modules = Map.groupBy(structs.filter(isGenerated), ({ goPkg }) => moduleOf(goPkg));
  return new Map([...modules].map(([module, own]) => [module, writeModule(module, own, byName, kindOf)]));
}

function isGenerated({ goPkg, goName }: StructFact): boolean {
  return moduleOf(goPkg) !== "meta-v1" || !(OBJECT_TYPES.has(goName) || STATUS_TYPES.has(goName));
}

interface Writing {
  readonly module: string;
  readonly byName: ReadonlyMap<string, StructFact>;
  /** Names of this module, which an imported name must not hide. */
  readonly own: ReadonlySet<string>;
  /** File → the clauses imported from it. */
  readonly imports: Map<string, Set<string>>;
}

function writeModule(
  module: string,
  structs: readonly StructFact[],
  byName: ReadonlyMap<string, StructFact>,
  kindOf: ReadonlyMap<string, KindFact>,
): string {
  const writing: Writing = { module, byName, own: new Set(structs.map(({ goName }) => goName)), imports: new Map() };
  const bodies = structs.map((struct) => writeStruct(struct, kindOf.get(struct.name), writing));
  const imports = [...writing.imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, clauses]) => {
      return `import type { ${[...clauses].sort().join(", ")} } from "${file}";\n`;
    });
  return `${imports.join("")}${imports.length === 0 ? "" : "\n"}${bodies.join("\n")}`;
}

function writeStruct(struct: StructFact, kind: KindFact | undefined, writing: Writing): string {
  const top = isTop(struct) ? kind : undefined;
  const lines = struct.fields.flatMap((field) => {
    if (top !== undefined && field.name === "metadata") return [];
    if (top !== undefined && field.name === "apiVersion") {
      return `  readonly apiVersion: "${top.group === "" ? "" : `${top.group}/`}${top.version}";`;
    }
    if (top !== undefined && field.name === "kind") return `  readonly kind: "${top.kind}";`;
    const name = /^[A-Za-z_$][\w$]*$/.test(field.name) ? field.name : `"${field.name}"`;
    const always = isAlwaysThere(field) || (top !== undefined && isPart(field));
    const type = writeType(field.type, writing);
    return `  readonly ${name}${always ? "" : "?"}: ${type}${mayBeNull(field) ? " | null" : ""};`;
  });
  const extending = top === undefined ? "" : ` extends ${imported("KubeObject", "../../machinery/object.ts", writing)}`;
  return `export interface ${struct.goName}${extending} {\n${lines.join("\n")}\n}\n`;
}

/** Whether it is an object by itself: its metadata is the object's own. */
function isTop(struct: StructFact): boolean {
  return (
    struct.fields.some(({ name, type }) => name === "metadata" && type.struct?.endsWith(".v1.ObjectMeta") === true) &&
    struct.fields.some(({ name }) => name === "kind")
  );
}

function isPart({ name, type, pointer }: FieldFact): boolean {
  return (name === "spec" || name === "status") && type.struct !== undefined && pointer === undefined;
}

/** Whether Kubernetes always writes it. */
function isAlwaysThere(field: FieldFact): boolean {
  const { required, pointer, omitEmpty } = field;
  return required === true || field.default !== undefined || (pointer === undefined && omitEmpty === undefined);
}

/** What Go writes for a nil list or map, or for a zero time, where it may not leave it out. */
function mayBeNull({ required, pointer, omitEmpty, type, default: value }: FieldFact): boolean {
  if (required === true || pointer === true || omitEmpty === true || value !== undefined) return false;
  const nullable = type.list ?? type.map ?? ["date-time", "micro-time"].find((code) => code === type.code);
  return nullable !== undefined;
}

const CODES: Readonly<Record<string, string>> = {
  boolean: "boolean",
  int32: "number",
  int64: "number",
  double: "number",
  "int-or-string": "number | string",
  "fields-v1": "object",
};

function writeType(type: TypeFact, writing: Writing): string {
  if (type.list !== undefined) return `readonly ${inBrackets(writeType(type.list, writing))}[]`;
  if (type.map !== undefined) return `Readonly<Record<string, ${writeType(type.map, writing)}>>`;
  if (type.struct !== undefined) return writeReference(writing.byName.get(type.struct)!, writing);
  if (type.enum !== undefined) return type.enum.map((value) => JSON.stringify(value)).join(" | ");
  const code = type.code!;
  if (code === "schema-or-bool") return "JSONSchemaProps | boolean";
  if (code === "schema-or-array") return "JSONSchemaProps | readonly JSONSchemaProps[]";
  if (code === "schema-or-strings") return "JSONSchemaProps | readonly string[]";
  if (code === "json" || code === "raw-extension") return imported("Json", "../../machinery/json.ts", writing);
  return CODES[code] ?? "string";
}

function inBrackets(type: string): string {
  return type.includes(" ") && !type.startsWith("Readonly<") ? `(${type})` : type;
}

function writeReference({ goName, goPkg }: StructFact, writing: Writing): string {
  const module = moduleOf(goPkg);
  if (module === "meta-v1" && OBJECT_TYPES.has(goName)) {
    // An object's own metadata is inherited: any other is a template's.
    return imported(goName === "ObjectMeta" ? "TemplateMeta" : goName, "../../machinery/object.ts", writing);
  }
  if (module === "meta-v1" && STATUS_TYPES.has(goName)) return imported(goName, "../../machinery/status.ts", writing);
  return module === writing.module ? goName : imported(goName, `./${module}.ts`, writing);
}

/** The name by which the module says it. */
function imported(name: string, file: string, { own, imports }: Writing): string {
  const alias = own.has(name) ? `${pascal(file)}${name}` : name;
  const clause = alias === name ? name : `${name} as ${alias}`;
  imports.set(file, (imports.get(file) ?? new Set()).add(clause));
  return alias;
}

function pascal(file: string): string {
  const words = file.match(/[A-Za-z0-9]+(?=[-.])/g) ?? [];
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
}
