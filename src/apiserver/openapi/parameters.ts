import { shapes } from "../../api/generated/shapes.ts";
import type { Operation } from "./operations.ts";
import type { Describe } from "./describe.ts";

/** A parameter in a path or a query; each dialect writes its type where it wants it. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly type: "string" | "integer" | "boolean";
  readonly description?: string;
}

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Which structure of options a query parameter belongs to; it holds the documentation. */
const QUERY: Readonly<Record<string, readonly [options: string, type: Parameter["type"]]>> = {
  allowWatchBookmarks: ["ListOptions", "boolean"],
  continue: ["ListOptions", "string"],
  fieldSelector: ["ListOptions", "string"],
  labelSelector: ["ListOptions", "string"],
  limit: ["ListOptions", "integer"],
  resourceVersion: ["ListOptions", "string"],
  resourceVersionMatch: ["ListOptions", "string"],
  sendInitialEvents: ["ListOptions", "boolean"],
  shardSelector: ["ListOptions", "string"],
  timeoutSeconds: ["ListOptions", "integer"],
  watch: ["ListOptions", "boolean"],
  dryRun: ["DeleteOptions", "string"],
  gracePeriodSeconds: ["DeleteOptions", "integer"],
  ignoreStoreReadErrorWithClusterBreakingPotential: ["DeleteOptions", "boolean"],
  orphanDependents: ["DeleteOptions", "boolean"],
  propagationPolicy: ["DeleteOptions", "string"],
  fieldManager: ["CreateOptions", "string"],
  fieldValidation: ["CreateOptions", "string"],
  force: ["PatchOptions", "boolean"],
  // It is told of with all options, and stands in none.
  pretty: ["ListOptions", "string"],
};

export interface PathParameters {
  /** What all operations of the path take. */
  readonly shared: readonly Parameter[];
  /** What this operation takes besides. */
  readonly own: (operation: Operation) => readonly Parameter[];
}

/** Tells what the operations of one path have in common. */
export function parametersOf(path: string, operations: readonly Operation[], describe: Describe): PathParameters {
  const [first] = operations;
  const common = new Set(first!.query.filter((name) => operations.every(({ query }) => query.includes(name))));
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => pathParameter(name!, first!, describe));
  const shared = [
    ...[...common].map((name) => queryParameter(name, first!, describe)),
    ...(first!.options === undefined ? [] : optionParameters(first!.options, describe)),
    ...inPath,
  ];
  return {
    shared: shared.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1)),
    own: (operation) =>
      operation.query.filter((name) => !common.has(name)).map((name) => queryParameter(name, operation, describe)),
  };
}

function queryParameter(name: string, { method }: Operation, describe: Describe): Parameter {
  const [usual, type] = QUERY[name]!;
  // Who manages the fields is to be told where they are applied, and may be told elsewhere.
  const options = name === "fieldManager" && method === "patch" ? "PatchOptions" : usual;
  const description = describe(`${META}.${options}`, name);
  return { name, in: "query", type, ...(description === undefined ? {} : { description }) };
}

/** The fields of an options structure, each a parameter. */
function optionParameters(name: string, describe: Describe): readonly Parameter[] {
  return Object.entries(shapes(name).fields)
    .filter(([field]) => field !== "kind" && field !== "apiVersion")
    .map(([field, { shape }]) => {
      const { type } = shape.type === "list" ? shape.items : shape;
      const description = describe(name, field);
      return {
        name: field,
        in: "query",
        type: type === "boolean" || type === "integer" ? type : "string",
        ...(description === undefined ? {} : { description }),
      };
    });
}

function pathParameter(name: string, { subject }: Operation, describe: Describe): Parameter {
  const description = name === "name" ? `name of the ${subject.kind}` : describe(`${META}.ListOptions`, name);
  return { name, in: "path", type: "string", ...(description === undefined ? {} : { description }) };
}
