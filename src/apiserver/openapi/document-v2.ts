import { servedGroups } from "../discovery/groups.ts";
import type { Kind } from "../../api/kind.ts";
import { bodiesIn, type Bodies, type CustomSchema } from "./bodies.ts";
import { createDefinitions, type Schema } from "./definitions.ts";
import type { Describe } from "./describe.ts";
import { byPath, resourceListId, sorted } from "./document-v3.ts";
import { patchTypesOf } from "../patch-types.ts";
import { groupWord, type Operation, operationsOf, rootOf, tagOf } from "./operations.ts";
import { type Parameter, parametersOf } from "./parameters.ts";
import { type ParameterObject, type SharedParameters, sharedParameters } from "./shared-parameters.ts";

const CODES: Readonly<Record<number, string>> = { 200: "OK", 201: "Created", 202: "Accepted" };
const OBJECT_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const STREAM_TYPES = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/** The OpenAPI 2 document of everything that is served. */
export function openapiV2(
  kinds: readonly Kind[],
  {
    describe,
    customSchema,
    version,
  }: { readonly describe: Describe; readonly customSchema: CustomSchema; readonly version: string },
): object {
  const definitions = createDefinitions("v2", describe);
  const bodies = bodiesIn(definitions, (kind) => {
    const schema = customSchema(kind);
    return schema && (olderSchema(schema) as Schema);
  });
  const parameters = sharedParameters();
  const paths: Record<string, object> = {};
  for (const group of servedGroups(kinds)) {
    if (group.name !== "") {
      const word = groupWord(group.name);
      const tag = `${word[0]!.toLowerCase()}${word.slice(1)}`;
      paths[`/apis/${group.name}/`] = discoveryPath(
        tag,
        "get information of a group",
        `get${word}APIGroup`,
        bodies.meta("APIGroup"),
      );
    }
    for (const served of group.versions) {
      const list = bodies.meta("APIResourceList");
      paths[`${rootOf(served)}/`] = discoveryPath(
        tagOf(served),
        "get available resources",
        resourceListId(served),
        list,
      );
      for (const [path, operations] of byPath(operationsOf(served))) {
        paths[path] = pathObject(path, operations, tagOf(served), { bodies, parameters, describe });
      }
    }
  }
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version },
    paths: sorted(paths),
    definitions: definitions.all(),
    parameters: sorted(parameters.all()),
    securityDefinitions: {
      BearerToken: { description: "Bearer Token authentication", type: "apiKey", name: "authorization", in: "header" },
    },
    security: [{ BearerToken: [] }],
  };
}

interface Parts {
  readonly bodies: Bodies;
  readonly parameters: SharedParameters;
  readonly describe: Describe;
}

function pathObject(path: string, operations: readonly Operation[], tag: string, parts: Parts): object {
  const parameters = parametersOf(path, operations, parts.describe);
  const refer = (parameter: Parameter) => parts.parameters.refer(parameterObject(parameter));
  return {
    ...Object.fromEntries(
      operations.map((operation) => [
        operation.method,
        operationObject(operation, tag, parts, parameters.own(operation).map(refer)),
      ]),
    ),
    ...(parameters.shared.length === 0 ? {} : { parameters: parameters.shared.map(refer) }),
  };
}

function discoveryPath(tag: string, description: string, operationId: string, schema: Schema): object {
  const responses = { 200: { description: "OK", schema }, 401: { description: "Unauthorized" } };
  const types = { consumes: OBJECT_TYPES, produces: OBJECT_TYPES };
  return { get: { description, ...types, schemes: ["https"], tags: [tag], operationId, responses } };
}

function operationObject(operation: Operation, tag: string, parts: Parts, own: readonly object[]): object {
  const { id, description, action, subject, answer, body } = operation;
  const schema = parts.bodies.taken(operation);
  const required = body === "delete-options" ? {} : { required: true as const };
  const parameters = [
    ...(schema === undefined ? [] : [parts.parameters.refer({ name: "body", in: "body", ...required, schema })]),
    ...own,
  ];
  const streams = answer === "event" || (answer === "list" && subject.of.verbs.includes("watch"));
  const given = parts.bodies.given(operation);
  return {
    description,
    consumes: body === "patch" ? patchTypesOf(subject.of) : ["*/*"],
    produces: action === "connect" ? ["*/*"] : streams ? [...OBJECT_TYPES, ...STREAM_TYPES] : OBJECT_TYPES,
    schemes: ["https"],
    tags: [tag],
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      ...Object.fromEntries(operation.codes.map((code) => [code, { description: CODES[code], schema: given }])),
      401: { description: "Unauthorized" },
    },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: subject.group, kind: subject.kind, version: subject.version },
  };
}

function parameterObject({ name, in: place, type, description }: Parameter): ParameterObject {
  return {
    uniqueItems: true,
    type,
    ...(description === undefined ? {} : { description }),
    name,
    in: place,
    ...(place === "path" ? { required: true } : {}),
  };
}

/** What a schema of OpenAPI 3 may say and the older dialect cannot. */
const UNKNOWN_TO_V2 = new Set(["oneOf", "anyOf", "allOf", "not", "nullable"]);

/** A custom schema as far as the older dialect goes. What may be null or of several types says no type at all. */
function olderSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(olderSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const members = schema as Schema;
  const anything =
    members["nullable"] === true ||
    members["x-kubernetes-preserve-unknown-fields"] === true ||
    members["x-kubernetes-int-or-string"] === true;
  const kept: Schema = {};
  for (const [name, value] of Object.entries(members)) {
    if (UNKNOWN_TO_V2.has(name)) continue;
    if (anything && ["type", "properties", "items", "additionalProperties"].includes(name)) continue;
    kept[name] =
      name === "properties"
        ? olderProperties(value)
        : name === "items" || name === "additionalProperties"
          ? olderSchema(value)
          : value;
  }
  return kept;
}

function olderProperties(properties: unknown): unknown {
  return Object.fromEntries(Object.entries(properties as Schema).map(([name, schema]) => [name, olderSchema(schema)]));
}
