import { ProtobufWriter } from "../encode/protobuf/writer.ts";
import { toYaml } from "../encode/yaml.ts";

/**
 * Writes an OpenAPI 2 document as Gnostic's protobuf (`openapi.v2.Document`), the one form that clients of Kubernetes ask for.
 * Source of names and numbers: `openapiv2/OpenAPIv2.proto` of github.com/google/gnostic-models. What that has no name for is left out.
 */
export function protobufV2(document: object): Uint8Array {
  const writer = new ProtobufWriter();
  for (const member of DOCUMENT) member(writer, document as Members);
  return writer.take();
}

type Members = Readonly<Record<string, unknown>>;
/** Writes a value under a field's number. */
type Write = (to: ProtobufWriter, number: number, value: unknown) => void;
/** Writes one field of a message. */
type Member = (to: ProtobufWriter, members: Members) => void;

/** A message's fields with their numbers, in any order. */
function message(
  fields: Readonly<Record<string, readonly [number: number, write: Write]>>,
  extensions?: number,
): Member[] {
  const members = Object.entries(fields)
    .toSorted(([, [left]], [, [right]]) => right - left)
    .map(([name, [number, write]]): Member => {
      return (to, { [name]: value }) => {
        if (value !== undefined) write(to, number, value);
      };
    });
  if (extensions === undefined) return members;
  return [(to, value) => namedBy(isExtension, any)(to, extensions, value), ...members];
}

/** @param fields asked for when they are needed: schemas hold schemas */
const within =
  (fields: () => readonly Member[]): Write =>
  (to, number, value) => {
    const mark = to.length;
    for (const member of fields()) member(to, value as Members);
    to.close(number, mark);
  };

/** A message that is one of several, each under a number of its own. */
const oneOf =
  (choose: (value: Members) => readonly [number: number, write: Write]): Write =>
  (to, number, value) => {
    const [inner, write] = choose(value as Members);
    const mark = to.length;
    write(to, inner, value);
    to.close(number, mark);
  };

const list =
  (write: Write): Write =>
  (to, number, value) => {
    for (const item of (value as readonly unknown[]).toReversed()) write(to, number, item);
  };

/** A map: its members as messages of a name and a value, in their order. */
const namedBy =
  (belongs: (name: string) => boolean, write: Write): Write =>
  (to, number, value) => {
    for (const [name, member] of Object.entries(value as Members).toReversed()) {
      if (!belongs(name)) continue;
      const mark = to.length;
      write(to, 2, member);
      item(to, 1, name);
      to.close(number, mark);
    }
  };

/** A message that only holds a map, under the number 1. */
const map = (write: Write): Write => alone(namedBy(() => true, write));

/** A message of one field, of the number 1. */
const alone =
  (write: Write): Write =>
  (to, number, value) => {
    const mark = to.length;
    write(to, 1, value);
    to.close(number, mark);
  };

const isExtension = (name: string): boolean => name.startsWith("x-");
const isMember = (name: string): boolean => !isExtension(name);

const item: Write = (to, number, value) => to.text(number, value as string);
const text: Write = (to, number, value) => {
  if (value !== "") to.text(number, value as string);
};
const flag: Write = (to, number, value) => {
  if (value === true) to.integer(number, 1);
};
/** One that is there even if it is false. */
const choice: Write = (to, number, value) => to.integer(number, value === true ? 1 : 0);
const integer: Write = (to, number, value) => {
  if (value !== 0) to.integer(number, value as number);
};
const double: Write = (to, number, value) => {
  if (value !== 0) to.double(number, value as number);
};
/** Whatever it is, as YAML. */
const any: Write = (to, number, value) => {
  const mark = to.length;
  to.text(2, toYaml(value));
  to.close(number, mark);
};
const texts = list(item);
const several: Write = (to, number, value) => alone(texts)(to, number, Array.isArray(value) ? value : [value]);

/** What parameters and schemas may say of their values; each message has numbers of its own for it. */
const RANGE = {
  maximum: double,
  exclusiveMaximum: flag,
  minimum: double,
  exclusiveMinimum: flag,
  maxLength: integer,
  minLength: integer,
  pattern: text,
  maxItems: integer,
  minItems: integer,
  uniqueItems: flag,
} as const;

/** The range's members under consecutive numbers. */
function rangeFrom(first: number): Record<string, readonly [number, Write]> {
  return Object.fromEntries(Object.entries(RANGE).map(([name, write], index) => [name, [first + index, write]]));
}

const schema: Write = within(() => SCHEMA);

const SCHEMA = message(
  {
    $ref: [1, text],
    format: [2, text],
    title: [3, text],
    description: [4, text],
    default: [5, any],
    multipleOf: [6, double],
    ...rangeFrom(7),
    maxProperties: [17, integer],
    minProperties: [18, integer],
    required: [19, texts],
    enum: [20, list(any)],
    additionalProperties: [21, oneOf((value) => (typeof value === "boolean" ? [2, choice] : [1, schema]))],
    type: [22, several],
    items: [23, (to, number, value) => alone(list(schema))(to, number, Array.isArray(value) ? value : [value])],
    allOf: [24, list(schema)],
    properties: [25, map(schema)],
    discriminator: [26, text],
    readOnly: [27, flag],
    externalDocs: [29, within(() => EXTERNAL_DOCS)],
    example: [30, any],
  },
  31,
);

const EXTERNAL_DOCS = message({ description: [1, text], url: [2, text] }, 3);
const REFERENCE = message({ $ref: [1, text], description: [2, text] });
const reference = within(() => REFERENCE);

const ITEMS: readonly Member[] = message(
  {
    type: [1, text],
    format: [2, text],
    items: [3, within(() => ITEMS)],
    collectionFormat: [4, text],
    default: [5, any],
    ...rangeFrom(6),
    enum: [16, list(any)],
    multipleOf: [17, double],
  },
  18,
);

const BODY_PARAMETER = message(
  { description: [1, text], name: [2, text], in: [3, text], required: [4, flag], schema: [5, schema] },
  6,
);

/** @param more how many more fields stand after the name than in a header's or a path's parameter */
function parameterFields(more: 0 | 1): readonly Member[] {
  return message(
    {
      required: [1, flag],
      in: [2, text],
      description: [3, text],
      name: [4, text],
      ...(more === 1 ? { allowEmptyValue: [5, flag] as const } : {}),
      type: [5 + more, text],
      format: [6 + more, text],
      items: [7 + more, within(() => ITEMS)],
      collectionFormat: [8 + more, text],
      default: [9 + more, any],
      ...rangeFrom(10 + more),
      enum: [20 + more, list(any)],
      multipleOf: [21 + more, double],
    },
    22 + more,
  );
}

const [PLAIN_PARAMETER, FREE_PARAMETER] = [parameterFields(0), parameterFields(1)];
const PLACES: Readonly<Record<string, readonly [number, readonly Member[]]>> = {
  header: [1, PLAIN_PARAMETER],
  formData: [2, FREE_PARAMETER],
  query: [3, FREE_PARAMETER],
  path: [4, PLAIN_PARAMETER],
};

const otherParameter = oneOf((value) => {
  const [number, fields] = PLACES[value["in"] as string] ?? PLACES["query"]!;
  return [number, within(() => fields)];
});
const parameter = oneOf((value) => (value["in"] === "body" ? [1, within(() => BODY_PARAMETER)] : [2, otherParameter]));
const parameterItem = oneOf((value) => ("$ref" in value ? [2, reference] : [1, parameter]));

const RESPONSE = message({ description: [1, text], schema: [2, oneOf(() => [1, schema])] }, 5);
const response = oneOf((value) => ("$ref" in value ? [2, reference] : [1, within(() => RESPONSE)]));
const responses: Write = (to, number, value) => {
  const mark = to.length;
  namedBy(isExtension, any)(to, 2, value);
  namedBy(isMember, response)(to, 1, value);
  to.close(number, mark);
};

const security = list(map(alone(texts)));

const OPERATION = message(
  {
    tags: [1, texts],
    summary: [2, text],
    description: [3, text],
    externalDocs: [4, within(() => EXTERNAL_DOCS)],
    operationId: [5, text],
    produces: [6, texts],
    consumes: [7, texts],
    parameters: [8, list(parameterItem)],
    responses: [9, responses],
    schemes: [10, texts],
    deprecated: [11, flag],
    security: [12, security],
  },
  13,
);
const operation = within(() => OPERATION);

const PATH = message(
  {
    $ref: [1, text],
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, list(parameterItem)],
  },
  10,
);

const paths: Write = (to, number, value) => {
  const mark = to.length;
  namedBy(
    isMember,
    within(() => PATH),
  )(to, 2, value);
  namedBy(isExtension, any)(to, 1, value);
  to.close(number, mark);
};

/** The one way to prove who one is that the document tells of. */
const API_KEY = message({ type: [1, text], name: [2, text], in: [3, text], description: [4, text] }, 5);

const DOCUMENT = message(
  {
    swagger: [1, text],
    info: [2, within(() => message({ title: [1, text], version: [2, text], description: [3, text] }, 7))],
    host: [3, text],
    basePath: [4, text],
    schemes: [5, texts],
    consumes: [6, texts],
    produces: [7, texts],
    paths: [8, paths],
    definitions: [9, map(schema)],
    parameters: [10, map(parameter)],
    security: [12, security],
    securityDefinitions: [13, map(oneOf(() => [2, within(() => API_KEY)]))],
  },
  16,
);
