import type { ServedVersion } from "../discovery/groups.ts";
import { bodiesIn, type Bodies, type CustomSchema } from "./bodies.ts";
import { createDefinitions, type Schema } from "./definitions.ts";
import type { Describe } from "./describe.ts";
import { patchTypesOf } from "../patch-types.ts";
import { groupWord, type Operation, operationsOf, rootOf, tagOf } from "./operations.ts";
import { type Parameter, parametersOf } from "./parameters.ts";

const CODES: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };
const OBJECT_TYPES = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];
const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/** The OpenAPI 3 document of one group and version. */
export function openapiV3(
  served: ServedVersion,
  {
    describe,
    customSchema,
    version,
  }: { readonly describe: Describe; readonly customSchema: CustomSchema; readonly version: string },
): object {
  const definitions = createDefinitions("v3", describe);
  const bodies = bodiesIn(definitions, customSchema);
  const paths: Record<string, object> = { [`${rootOf(served)}/`]: resourceListPath(served, bodies) };
  for (const [path, operations] of byPath(operationsOf(served))) {
    const parameters = parametersOf(path, operations, describe);
    paths[path] = {
      ...Object.fromEntries(
        operations.map((operation) => [
          operation.method,
          operationObject(operation, tagOf(served), bodies, parameters.own(operation)),
        ]),
      ),
      ...(parameters.shared.length === 0 ? {} : { parameters: parameters.shared.map(parameterObject) }),
    };
  }
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version },
    paths: sorted(paths),
    components: {
      schemas: definitions.all(),
      securitySchemes: {
        BearerToken: {
          type: "apiKey",
          description: "Bearer Token authentication",
          name: "authorization",
          in: "header",
        },
      },
    },
  };
}

export function byPath(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  return Map.groupBy(operations, ({ path }) => path);
}

export function sorted<T>(members: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(members).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function resourceListId({ group, version }: Pick<ServedVersion, "group" | "version">): string {
  return `get${groupWord(group)}${version[0]!.toUpperCase()}${version.slice(1)}APIResources`;
}

function resourceListPath(served: ServedVersion, bodies: Bodies): object {
  return {
    get: {
      tags: [tagOf(served)],
      description: "get available resources",
      operationId: resourceListId(served),
      responses: responses([200], bodies.meta("APIResourceList"), OBJECT_TYPES),
    },
  };
}

function operationObject(operation: Operation, tag: string, bodies: Bodies, parameters: readonly Parameter[]): object {
  const { id, description, action, subject } = operation;
  const body = bodies.taken(operation);
  return {
    tags: [tag],
    description,
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters: parameters.map(parameterObject) }),
    ...(body === undefined ? {} : { requestBody: requestBody(operation, body) }),
    responses: responses(operation.codes, bodies.given(operation), answerTypes(operation)),
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: subject.group, kind: subject.kind, version: subject.version },
  };
}

function requestBody({ body, subject }: Operation, schema: Schema): object {
  if (body === "delete-options") return { content: { "*/*": { schema } } };
  const types = body === "patch" ? patchTypesOf(subject.of).toSorted() : ["*/*"];
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])), required: true };
}

function answerTypes({ answer, action, subject }: Operation): readonly string[] {
  if (answer === "text") return action === "connect" ? ["*/*"] : OBJECT_TYPES;
  const streams = answer === "event" || (answer === "list" && subject.of.verbs.includes("watch"));
  return streams ? [...OBJECT_TYPES, ...STREAM_TYPES].toSorted() : OBJECT_TYPES;
}

function responses(codes: readonly number[], schema: Schema, types: readonly string[]): object {
  const content = Object.fromEntries(types.map((type) => [type, { schema }]));
  return {
    ...Object.fromEntries(codes.map((code) => [code, { description: CODES[code], content }])),
    401: { description: "Unauthorized" },
  };
}

function parameterObject({ name, in: place, type, description }: Parameter): object {
  return {
    name,
    in: place,
    ...(description === undefined ? {} : { description }),
    ...(place === "path" ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}
