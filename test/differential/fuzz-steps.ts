import fc from "fast-check";
import { placesIn } from "./bad-objects.ts";
import type { HttpStep } from "./define-case.ts";
import { changeOf, query, READ } from "./fuzz-changes.ts";
import { edited } from "./fuzz-edits.ts";
import { partsOf } from "./fuzz-parts.ts";
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
  const object = named(sample, NAME);
  const parts = partsOf(sample, NAME);
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
        .tuple(
          fc.constantFrom(`${one}?`, `${one}?`, `${collection}?fieldSelector=metadata.name%3D${NAME}&`),
          fc.constantFrom(...deletions),
          fc.constantFrom(...deleteQueries),
        )
        .map(([at, body, asked]) => ({ ask: `DELETE ${at}${asked}`, ...(body === undefined ? {} : { body }) })),
    },
  );
}

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
  { gracePeriodSeconds: "1", preconditions: { uid: 7 } },
  { propagationPolicy: "Background" },
  { preconditions: { resourceVersion: "1" } },
  { preconditions: { uid: `{${READ}.uid}`, resourceVersion: `{${READ}.rv}` } },
  { orphanDependents: true },
];
