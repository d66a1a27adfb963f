import fc from "fast-check";
import { shapes } from "../../src/api/generated/shapes.ts";
import { apply, jsonPatch, merge, strategic } from "../../src/apiserver/answers/drafts.ts";
import { mergePatch } from "../../src/machinery/patch/merge-patch.ts";
import { type Place, placesIn } from "./bad-objects.ts";
import type { HttpStep } from "./define-case.ts";
import { OVER } from "./fill.ts";
import { edit, edited, part, strategicPart } from "./fuzz-edits.ts";
import { collectionOf, named, type Sample, SAMPLES } from "./samples.ts";

/** A sequence of requests about one object: valid ones and nearly valid ones, by several managers. Shrinks to few and plain ones. */
export const fuzzedSteps: fc.Arbitrary<readonly HttpStep[]> = fc
  .constantFrom(...SAMPLES)
  .chain((sample) => fc.array(stepOf(sample), { minLength: 1, maxLength: 6 }));

const NAME = "{ns}-one";
/** The object as it was answered last, for clients that change what they have read. */
const READ = "read";

function stepOf(sample: Sample): fc.Arbitrary<HttpStep> {
  const collection = collectionOf(sample);
  const one = `${collection}/${NAME}`;
  const places = placesIn(sample.kind.shape);
  const object = named(sample, NAME);
  const parts = partsOf(sample);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(edited(object, places, 3), query)
        .map(([body, asked]) => ({ ask: `POST ${collection}?${asked}`, body, as: READ })),
    },
    { weight: 11, arbitrary: changeOf(one, object, places) },
    ...(parts.length > 0 ? [{ weight: 3, arbitrary: fc.oneof(...parts) }] : []),
    { weight: 1, arbitrary: fc.constantFrom(...views).map((headers) => ({ ask: `GET ${one}`, headers })) },
    { weight: 1, arbitrary: fc.constant({ ask: `GET ${one}`, as: READ }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(reading, fc.constantFrom(...views))
        .map(([asked, headers]) => ({ ask: `GET ${collection}?${asked}`, headers })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...deletions), fc.constantFrom(...deleteQueries))
        .map(([body, asked]) => ({ ask: `DELETE ${one}?${asked}`, ...(body === undefined ? {} : { body }) })),
    },
  );
}

/** Writes of what is there, whole or in part. */
function changeOf(one: string, object: object, places: readonly Place[]): fc.Arbitrary<HttpStep> {
  return fc.oneof(
    {
      weight: 2,
      arbitrary: fc
        .tuple(edited(object, places, 3), query)
        .map(([body, asked]) => ({ ask: `PUT ${one}?${asked}`, body })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(edited(object, places, 2), query)
        .map(([body, asked]) => ({ ask: `PUT ${one}?${asked}`, body: { [OVER]: READ, ...body }, as: READ })),
    },
    ...([merge, strategic] as const).map((headers) => ({
      weight: 2,
      arbitrary: fc
        .tuple(headers === strategic ? strategicPart(object, places) : part(object, places), precondition, query)
        .map(([body, wanted, asked]) => ({ ask: `PATCH ${one}?${asked}`, headers, body: mergePatch(body, wanted) })),
    })),
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.array(operation(places), { minLength: 1, maxLength: 2 }), query)
        .map(([body, asked]) => ({ ask: `PATCH ${one}?${asked}`, headers: jsonPatch, body })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(edited(object, places, 3), fc.constantFrom("one", "two"), fc.boolean())
        .map(([body, manager, force]) => ({
          ask: `PATCH ${one}?fieldManager=${manager}${force ? "&force=true" : ""}`,
          headers: apply,
          body,
        })),
    },
  );
}

/** What a patch may want the object to be still. */
const precondition = fc.oneof(
  { weight: 9, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { metadata: { resourceVersion: `{${READ}.rv}` } },
      { metadata: { uid: `{${READ}.uid}` } },
      { metadata: { resourceVersion: "1" } },
    ),
  },
);

/** The subresources that are written as the object is, and its scale. */
function partsOf(sample: Sample): readonly fc.Arbitrary<HttpStep>[] {
  const one = `${collectionOf(sample)}/${NAME}`;
  const { kind } = sample;
  return kind.subresources.flatMap(({ name, kind: body, verbs }) => {
    const at = `${one}/${name}`;
    const read = fc.constant({ ask: `GET ${at}` });
    if (name === "scale") {
      const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: NAME }, spec: { replicas: 1 } };
      return [read, changeOf(at, scale, placesIn(SCALE))];
    }
    if (body !== kind.kind || !verbs.includes("patch")) return [];
    const all = placesIn(kind.shape);
    const own = all.filter(({ path }) => path[0] === (name === "status" ? "status" : "spec"));
    return [
      read,
      changeOf(at, named(sample, NAME), all),
      changeOf(at, named(sample, NAME), own.length > 0 ? own : all),
    ];
  });
}

const SCALE = shapes("io.k8s.api.autoscaling.v1.Scale");

function operation(places: readonly Place[]): fc.Arbitrary<object> {
  const changes = fc
    .tuple(fc.constantFrom("add", "replace", "remove", "test"), edit(places), fc.boolean())
    .map(([op, { path, value }, appends]) => {
      const pointer = pointerTo(appends && path.at(-1) === 0 ? [...path.slice(0, -1), "-"] : path);
      return { op, path: pointer, ...(op === "remove" ? {} : { value }) };
    });
  // Versions differ from side to side, and are not known as such elsewhere.
  const sources = places.filter(({ path }) => path.at(-1) !== "resourceVersion");
  const moves = fc
    .tuple(fc.constantFrom("copy", "move"), fc.constantFrom(...sources), fc.constantFrom(...places))
    .map(([op, from, to]) => ({ op, from: pointerTo(from.path), path: pointerTo(to.path) }));
  return fc.oneof({ weight: 9, arbitrary: changes }, { weight: 1, arbitrary: moves });
}

function pointerTo(path: Place["path"]): string {
  return `/${path.join("/")}`;
}

const query = fc.constantFrom(
  "",
  "dryRun=All",
  "fieldManager=two",
  "fieldValidation=Strict",
  "fieldValidation=Ignore",
  "fieldManager=two&dryRun=All",
);

// Not of any version that happens to be there: the cache of Kubernetes may lag behind what was just written.
const reading = fc.constantFrom(
  "fieldSelector=metadata.name%3D{ns}-one",
  "labelSelector=a%3Db&limit=1",
  "labelSelector=a%21%3Db,a&limit=1",
  "watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3D{ns}-one",
);

const views: readonly Readonly<Record<string, string>>[] = [
  {},
  { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json" },
  { accept: "application/yaml" },
];

const deleteQueries: readonly string[] = [
  "",
  "",
  "dryRun=All",
  "gracePeriodSeconds=0",
  "propagationPolicy=Foreground",
  "propagationPolicy=Orphan",
];

const deletions: readonly (object | undefined)[] = [
  undefined,
  undefined,
  { gracePeriodSeconds: 1 },
  { propagationPolicy: "Background" },
  { preconditions: { resourceVersion: "1" } },
  { preconditions: { uid: `{${READ}.uid}`, resourceVersion: `{${READ}.rv}` } },
  { orphanDependents: true },
];
