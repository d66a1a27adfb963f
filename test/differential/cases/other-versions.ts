import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase } from "../define-case.ts";
import { collectionOf, named, type Sample, SAMPLES } from "../samples.ts";

// An object that says to be of another version than its path, of one that is served and of others.

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  Event: ["v1", "events.k8s.io/v1", "apps/v1"],
  ConfigMap: ["apps/v1", "v2"],
};

function caseOf(sample: Sample): Case {
  const collection = collectionOf(sample);
  const one = `${collection}/one`;
  const object = named(sample, "one");
  return defineCase(`other-versions-${sample.kind.plural}-${sample.kind.version}${sample.kind.group.length}`, "api", [
    { ask: `POST ${collection}`, body: object },
    ...OTHERS[sample.kind.kind]!.flatMap((apiVersion) => [
      { ask: `POST ${collection}?dryRun=All`, body: { ...object, metadata: { name: "two" }, apiVersion } },
      { ask: `PUT ${one}?dryRun=All`, body: { ...object, apiVersion } },
      { ask: `PATCH ${one}?dryRun=All`, headers: merge, body: { apiVersion } },
      { ask: `PATCH ${one}?dryRun=All&fieldValidation=Strict`, headers: merge, body: { apiVersion } },
      { ask: `PATCH ${one}?dryRun=All`, headers: strategic, body: { apiVersion } },
      {
        ask: `PATCH ${one}?dryRun=All`,
        headers: jsonPatch,
        body: [{ op: "add", path: "/apiVersion", value: apiVersion }],
      },
      { ask: `PATCH ${one}?dryRun=All&fieldManager=one`, headers: apply, body: { ...object, apiVersion } },
    ]),
  ]);
}

const CONFIG = "/api/v1/namespaces/{ns}/configmaps";
const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "1" } };
const kinds = ["Secret", "SecretList", "Pod", "Binding", "Eviction", "Endpoints"].map((kind) => ({ kind }));

export default [
  ...SAMPLES.filter(({ kind }) => Object.hasOwn(OTHERS, kind.kind)).map(caseOf),
  defineCase("other-kinds", "api", [
    { ask: `POST ${CONFIG}`, body: config },
    ...[...kinds, { kind: "Secret", data: { a: "MQ==" } }, { kind: "Secret", metadata: 7 }].flatMap((said) => [
      { ask: `POST ${CONFIG}?dryRun=All`, body: { ...config, ...said } },
      { ask: `PUT ${CONFIG}/one?fieldValidation=Strict`, body: { ...config, ...said, z: 1 } },
      { ask: `PATCH ${CONFIG}/one`, headers: merge, body: said },
    ]),
  ]),
];
