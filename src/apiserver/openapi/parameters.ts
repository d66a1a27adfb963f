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
  fieldManager: ["PatchOptions", "string"],
  fieldValidation: ["PatchOptions", "string"],
  force: ["PatchOptions", "boolean"],
  pretty: ["", "string"],
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
  const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => pathParameter(name!, first!));
  const shared = [
    ...[...common].map((name) => queryParameter(name, describe)),
    ...(first!.options === undefined ? [] : optionParameters(first!.options, describe)),
    ...inPath,
  ];
  return {
    shared: shared.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.in < b.in ? -1 : 1)),
    own: ({ query }) => query.filter((name) => !common.has(name)).map((name) => queryParameter(name, describe)),
  };
}

function queryParameter(name: string, describe: Describe): Parameter {
  const [options, type] = QUERY[name]!;
  const description = options === "" ? undefined : describe(`${META}.${options}`, name);
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

function pathParameter(name: string, { subject }: Operation): Parameter {
  const description = name === "name" ? `name of the ${subject.kind}` : undefined;
  return { name, in: "path", type: "string", ...(description === undefined ? {} : { description }) };
}
