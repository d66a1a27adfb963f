import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { badValues, type Place, placesIn, someOf, withValue } from "../bad-objects.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";
import { collectionOf, named, type Sample, sampleName, SAMPLES } from "../samples.ts";

// Objects of every kind with one thing wrong in them, made from the shapes: what is refused, in which words.
const VALUES = 60;
const MISSING = 12;
const CHANGES = 30;

const cases: readonly Case[] = SAMPLES.map((sample) =>
  defineCase(`bad-${sampleName(sample)}`, "api", [
    ...wrongValues(sample),
    ...missing(sample),
    ...unknownFields(sample),
    ...duplicates(sample),
    ...wrongChanges(sample),
  ]),
);
export default cases;

function wrongValues(sample: Sample): readonly Step[] {
  const all = placesIn(sample.kind.shape).flatMap(({ path, shape }) =>
    badValues(shape).map((value) => ({ path, value })),
  );
  return someOf(all, VALUES).map(({ path, value }) => create(sample, withValue(objectOf(sample), path, value)));
}

/** Each part of the sample taken away. */
function missing(sample: Sample): readonly Step[] {
  const parts = partsOf(objectOf(sample)).filter((path) => path.join(".") !== "metadata.name");
  return someOf(parts, MISSING).map((path) => create(sample, withValue(objectOf(sample), path, undefined)));
}

function unknownFields(sample: Sample): readonly Step[] {
  const structs = [[], ...partsOf(objectOf(sample))].filter((path) => isStruct(sample, path));
  return ["Strict", "Warn", "Ignore", "Nonsense"].flatMap((validation) =>
    someOf(structs, 4).map((path) =>
      create(sample, withValue(objectOf(sample), [...path, "unknownField"], 1), `&fieldValidation=${validation}`),
    ),
  );
}

function duplicates(sample: Sample): readonly Step[] {
  const text = JSON.stringify(objectOf(sample));
  const twice = text.replace('"metadata":{', '"metadata":{"labels":{"a":"1","a":"2"},"labels":{"b":"1"},');
  return ["Strict", "Warn", "Ignore"].map((validation) => create(sample, twice, `&fieldValidation=${validation}`));
}

/** What may not change once it is there. */
function wrongChanges(sample: Sample): readonly Step[] {
  const name = "{ns}-here";
  const places = placesIn(sample.kind.shape).filter(({ path, shape }) => isScalar(shape) && path.every(isKey));
  const change = ({ path, shape }: Place): Step => ({
    ask: `PATCH ${collectionOf(sample)}/${name}?dryRun=All`,
    headers: merge,
    body: withValue({}, path, changedValue(shape)),
  });
  return [
    { ask: `POST ${collectionOf(sample)}`, body: named(sample, name) },
    ...someOf(places, CHANGES).map(change),
    ...["name", "namespace", "generateName", "uid", "resourceVersion", "generation"].map((field) =>
      change({ path: ["metadata", field], shape: { type: field === "generation" ? "integer" : "string" } }),
    ),
  ];
}

function objectOf(sample: Sample) {
  return named(sample, "{ns}-bad");
}

function create(sample: Sample, body: unknown, query = ""): Step {
  return { ask: `POST ${collectionOf(sample)}?dryRun=All${query}`, body };
}

function partsOf(value: unknown, path: Place["path"] = []): readonly Place["path"][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    return [place, ...partsOf(inner, place)];
  });
}

function isStruct({ kind }: Sample, path: Place["path"]): boolean {
  return (
    path.length === 0 || placesIn(kind.shape).some((place) => place.shape.type === "struct" && same(place.path, path))
  );
}

function same(some: Place["path"], others: Place["path"]): boolean {
  return some.length === others.length && some.every((key, index) => key === others[index]);
}

function isScalar({ type }: Place["shape"]): boolean {
  return type === "string" || type === "integer" || type === "boolean";
}

function isKey(key: string | number): boolean {
  return typeof key === "string";
}

function changedValue({ type }: Place["shape"]): unknown {
  return type === "integer" ? 77 : type === "boolean" ? true : "changed";
}
