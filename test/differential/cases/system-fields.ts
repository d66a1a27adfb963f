import { apply, jsonPatch, merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";
import { collectionOf, named, type Sample, sampleName, SAMPLES } from "../samples.ts";

const TIME = "2026-01-02T03:04:05Z";

const SENT: readonly object[] = [
  { deletionTimestamp: TIME },
  { deletionTimestamp: TIME, deletionGracePeriodSeconds: 5 },
  { deletionGracePeriodSeconds: 5 },
  { uid: "other" },
  { creationTimestamp: TIME, generation: 77, selfLink: "/x" },
  { generation: -1 },
  { annotations: { "bad key!": "x" }, finalizers: ["plain"] },
  { ownerReferences: [{}] },
  { labels: { a: "not valid!" } },
  { managedFields: [{ manager: "x" }] },
];

// What clients send in fields of metadata that are the server's, and what is wrong in those that are theirs: to the object
// itself and to each of its subresources, one case a kind.
const cases: readonly Case[] = SAMPLES.map((sample) => {
  const collection = collectionOf(sample);
  const name = sample.kind.namespaced ? "one" : "{ns}-one";
  const parts = sample.kind.subresources
    .filter(({ kind, verbs }) => verbs.includes("patch") && [sample.kind.kind, "Scale"].includes(kind))
    .map((part) => `/${part.name}`);
  return defineCase(`system-fields-${sampleName(sample)}`, "api", [
    ...SENT.slice(0, 4).flatMap((metadata, index) => [
      {
        ask: `PATCH ${collection}/${name}-${index}?fieldManager=maker`,
        headers: apply,
        body: named(sample, `${name}-${index}`, metadata),
      },
      // What is being deleted goes with a write that changes nothing.
      { ask: `PATCH ${collection}/${name}-${index}`, headers: merge, body: {} },
      { ask: `GET ${collection}/${name}-${index}` },
      { ask: `PUT ${collection}/${name}-put-${index}`, body: named(sample, `${name}-put-${index}`, metadata) },
    ]),
    { ask: `POST ${collection}`, body: named(sample, name, { ...SENT[1], ...SENT[4] }) },
    ...["", ...parts].flatMap((part) => writes(sample, name, part)),
    { ask: `DELETE ${collection}/${name}` },
  ]);
});
export default cases;

function writes(sample: Sample, name: string, part: string): readonly Step[] {
  const one = `${collectionOf(sample)}/${name}${part}`;
  return [
    ...SENT.flatMap((metadata, index) => [
      { ask: `PATCH ${one}?fieldManager=m-${index}`, headers: merge, body: { metadata } },
      ...(part === "/scale"
        ? []
        : [{ ask: `PUT ${one}?fieldManager=p-${index}`, body: named(sample, name, metadata) }]),
    ]),
    { ask: `PATCH ${one}`, headers: merge, body: { metadata: { managedFields: [] } } },
    { ask: `PATCH ${one}`, headers: jsonPatch, body: [{ op: "add", path: "/metadata/managedFields", value: [{}] }] },
    { ask: `PATCH ${one}`, headers: merge, body: { metadata: { annotations: { after: part } } } },
  ];
}
