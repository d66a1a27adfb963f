import fc from "fast-check";
import { apply, jsonPatch, merge, strategic } from "../../src/apiserver/answers/drafts.ts";
import { badValues, type Place, placesIn, withValue } from "./bad-objects.ts";
import type { HttpStep } from "./define-case.ts";
import { collectionOf, named, type Sample, SAMPLES } from "./samples.ts";

/** A sequence of requests about one object: valid ones and nearly valid ones, by several managers. Shrinks to few and plain ones. */
export const fuzzedSteps: fc.Arbitrary<readonly HttpStep[]> = fc
  .constantFrom(...SAMPLES)
  .chain((sample) => fc.array(stepOf(sample), { minLength: 1, maxLength: 6 }));

const NAME = "{ns}-one";

function stepOf(sample: Sample): fc.Arbitrary<HttpStep> {
  const collection = collectionOf(sample);
  const one = `${collection}/${NAME}`;
  const places = placesIn(sample.kind.shape);
  const object = objectWith(sample, places);
  const part = edit(places).map(({ path, value }) => withValue({}, path, value));
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(object, query).map(([body, asked]) => ({ ask: `POST ${collection}?${asked}`, body })),
    },
    { weight: 2, arbitrary: fc.tuple(object, query).map(([body, asked]) => ({ ask: `PUT ${one}?${asked}`, body })) },
    ...[merge, strategic].map((headers) => ({
      weight: 2,
      arbitrary: fc.tuple(part, query).map(([body, asked]) => ({ ask: `PATCH ${one}?${asked}`, headers, body })),
    })),
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("add", "replace", "remove", "test"), edit(places), query)
        .map(([op, { path, value }, asked]) => ({
          ask: `PATCH ${one}?${asked}`,
          headers: jsonPatch,
          body: [{ op, path: `/${path.join("/")}`, ...(op === "remove" ? {} : { value }) }],
        })),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(object, fc.constantFrom("one", "two"), fc.boolean()).map(([body, manager, force]) => ({
        ask: `PATCH ${one}?fieldManager=${manager}${force ? "&force=true" : ""}`,
        headers: apply,
        body,
      })),
    },
    { weight: 1, arbitrary: fc.constant({ ask: `GET ${one}` }) },
    { weight: 1, arbitrary: reading.map((asked) => ({ ask: `GET ${collection}?${asked}` })) },
    { weight: 1, arbitrary: fc.constant({ ask: `DELETE ${one}` }) },
  );
}

/** The sample with up to three parts changed. */
function objectWith(sample: Sample, places: readonly Place[]): fc.Arbitrary<object> {
  return fc
    .array(edit(places), { maxLength: 3 })
    .map((edits) =>
      edits.reduce<object>((body, { path, value }) => withValue(body, path, value) as object, named(sample, NAME)),
    );
}

interface Edit {
  readonly path: Place["path"];
  readonly value: unknown;
}

function edit(places: readonly Place[]): fc.Arbitrary<Edit> {
  return fc
    .constantFrom(...places)
    .chain(({ path, shape }) =>
      fc.constantFrom(undefined, ...goodValues(shape), ...badValues(shape)).map((value) => ({ path, value })),
    );
}

function goodValues({ type, ...shape }: Place["shape"]): readonly unknown[] {
  if (type === "string") return "enum" in shape && shape.enum !== undefined ? shape.enum : ["a", "b-1", "1"];
  if (type === "integer") return [1, 2, 80];
  if (type === "boolean") return [true, false];
  if (type === "map") return [{ a: "b" }, {}];
  return type === "list" ? [[]] : [{}];
}

const query = fc.constantFrom(
  "",
  "dryRun=All",
  "fieldManager=two",
  "fieldValidation=Strict",
  "fieldValidation=Ignore",
  "fieldManager=two&dryRun=All",
);

const reading = fc.constantFrom(
  "fieldSelector=metadata.name%3D{ns}-one",
  "labelSelector=a%3Db&limit=1",
  "labelSelector=a%21%3Db,a&limit=1",
  "watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D{ns}-one",
  "fieldSelector=metadata.name%3D{ns}-one&resourceVersion=0",
);
