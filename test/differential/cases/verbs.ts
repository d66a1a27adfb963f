import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";
import { collectionOf, named, type Sample, sampleName, SAMPLES } from "../samples.ts";

const table = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" };
const metadataOnly = { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" };
const metadataOfAll = { accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io" };

// Every verb of every kind, one case a kind: the answers, and what is stored with its managed fields.
const cases: readonly Case[] = SAMPLES.map((sample) =>
  defineCase(`verbs-${sampleName(sample)}`, "api", [
    ...creations(sample),
    ...reads(sample),
    ...changes(sample),
    ...applied(sample),
    ...statuses(sample),
    ...deletions(sample),
  ]),
);
export default cases;

/** Cluster-wide names are the case's own. */
function nameIn(sample: Sample, name: string): string {
  return `{ns}-${name}`.replace(sample.kind.namespaced ? "{ns}-" : "", "");
}

function creations(sample: Sample): readonly Step[] {
  const collection = collectionOf(sample);
  const name = nameIn(sample, "one");
  return [
    { ask: `POST ${collection}?dryRun=All`, body: named(sample, name) },
    {
      ask: `POST ${collection}?fieldManager=maker&fieldValidation=Strict`,
      body: named(sample, name, { labels: { case: "{ns}" } }),
      as: "one",
    },
    { ask: `POST ${collection}`, body: named(sample, name) },
    {
      ask: `POST ${collection}`,
      body: { ...named(sample, nameIn(sample, "two"), { generateName: "x-" }), unknown: 1 },
    },
    { ask: `POST ${collection}`, body: named(sample, "Not A Name!") },
    { ask: `POST ${collection}`, body: { ...named(sample, name), kind: "Other" } },
    { ask: `POST ${collection}`, body: { ...sample.object, metadata: { generateName: nameIn(sample, "gen-") } } },
  ];
}

function reads(sample: Sample): readonly Step[] {
  const collection = collectionOf(sample);
  const one = `${collection}/${nameIn(sample, "one")}`;
  const mine = `${collection}?labelSelector=case%3D{ns}`;
  return [
    { ask: `GET ${one}` },
    { ask: `GET ${one}`, headers: table },
    { ask: `GET ${one}`, headers: metadataOnly },
    { ask: `GET ${one}`, headers: { accept: "application/yaml" } },
    { ask: `GET ${mine}` },
    { ask: `GET ${mine}`, headers: table },
    { ask: `GET ${mine}`, headers: metadataOfAll },
    { ask: `GET ${mine}&watch=true&timeoutSeconds=1` },
    { ask: `GET ${collection}/missing` },
    { ask: `GET ${collection}?fieldSelector=metadata.name%3D${nameIn(sample, "one")}` },
    { ask: `GET ${collection}?fieldSelector=spec.none%3Dx` },
  ];
}

function changes(sample: Sample): readonly Step[] {
  const one = `${collectionOf(sample)}/${nameIn(sample, "one")}`;
  const { name: _, ...change } = { name: "", ...sample.change };
  return [
    { ask: `PATCH ${one}?dryRun=All&fieldManager=changer`, headers: merge, body: change },
    { ask: `PATCH ${one}?fieldManager=changer`, headers: strategic, body: change },
    { ask: `PATCH ${one}?fieldManager=changer`, headers: merge, body: change },
    {
      ask: `PATCH ${one}?fieldManager=changer`,
      headers: jsonPatch,
      body: [{ op: "add", path: "/metadata/annotations", value: { x: "y" } }],
    },
    { ask: `GET ${one}`, as: "now" },
    {
      ask: `PUT ${one}?fieldManager=putter`,
      body: named(sample, nameIn(sample, "one"), { labels: { case: "{ns}", put: "1" } }),
    },
    { ask: `PUT ${one}`, body: named(sample, nameIn(sample, "one"), { resourceVersion: "{one.rv}" }) },
    { ask: `PUT ${one}`, body: named(sample, "another") },
    { ask: `PUT ${collectionOf(sample)}/missing`, body: named(sample, "missing") },
    { ask: `PATCH ${one}`, headers: merge, body: { metadata: { uid: "00000000-0000-0000-0000-000000000000" } } },
    { ask: `PATCH ${one}?fieldValidation=Strict`, headers: merge, body: { unknown: { field: 1 } } },
    { ask: `PATCH ${one}`, headers: merge, body: { metadata: { labels: { "bad label!": "x y" } } } },
  ];
}

function applied(sample: Sample): readonly Step[] {
  const collection = collectionOf(sample);
  const name = nameIn(sample, "applied");
  const body = named(sample, name, { labels: { case: "{ns}", a: "1" } });
  return [
    { ask: `PATCH ${collection}/${name}?fieldManager=one`, headers: apply, body },
    { ask: `PATCH ${collection}/${name}?fieldManager=one`, headers: apply, body },
    {
      ask: `PATCH ${collection}/${name}?fieldManager=two`,
      headers: apply,
      body: named(sample, name, { labels: { a: "2" } }),
    },
    {
      ask: `PATCH ${collection}/${name}?fieldManager=two&force=true`,
      headers: apply,
      body: named(sample, name, { labels: { a: "2" } }),
    },
    { ask: `PATCH ${collection}/${name}?fieldManager=one`, headers: apply, body: named(sample, name) },
    { ask: `PATCH ${collection}/${name}?fieldManager=changer`, headers: merge, body: sample.change },
    { ask: `GET ${collection}/${name}` },
  ];
}

function statuses(sample: Sample): readonly Step[] {
  const one = `${collectionOf(sample)}/${nameIn(sample, "one")}`;
  return sample.kind.subresources.flatMap(({ name }): readonly Step[] => {
    if (name === "status") {
      return [
        { ask: `GET ${one}/status` },
        {
          ask: `PATCH ${one}/status?fieldManager=loop`,
          headers: merge,
          body: { metadata: { labels: { status: "1" } }, status: {} },
        },
        { ask: `PUT ${one}/status?fieldManager=loop`, body: named(sample, nameIn(sample, "one")) },
      ];
    }
    if (name !== "scale") return [];
    return [
      { ask: `GET ${one}/scale` },
      { ask: `PATCH ${one}/scale?fieldManager=scaler`, headers: merge, body: { spec: { replicas: 3 } } },
      { ask: `GET ${one}` },
    ];
  });
}

function deletions(sample: Sample): readonly Step[] {
  const collection = collectionOf(sample);
  const one = `${collection}/${nameIn(sample, "one")}`;
  return [
    { ask: `DELETE ${one}?dryRun=All` },
    { ask: `DELETE ${one}`, body: { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } } },
    { ask: `DELETE ${one}` },
    { ask: `GET ${one}` },
    { ask: `DELETE ${collection}/missing` },
    ...(sample.kind.verbs.includes("deletecollection")
      ? [{ ask: `DELETE ${collection}?labelSelector=case%3D{ns}&gracePeriodSeconds=0` }]
      : []),
    { ask: `GET ${collection}?labelSelector=case%3D{ns}` },
  ];
}
