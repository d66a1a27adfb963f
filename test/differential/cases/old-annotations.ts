import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

// Texts that hold JSON. What were annotations before they were fields is checked still, though nobody heeds it.

const PODS = "/api/v1/namespaces/{ns}/pods";
const pod = (annotations: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one", annotations },
  spec: { containers: [{ name: "main", image: "web:1" }] },
});
const node = (annotations: object) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "{ns}-one", annotations },
});
const signed = (podController: object | null) =>
  JSON.stringify({ preferAvoidPods: [{ podSignature: { podController } }] });

const cases: readonly Case[] = [
  defineCase("old-annotations-of-pods", "api", [
    { ask: `POST ${PODS}`, body: pod({}) },
    ...[
      "[",
      "{}",
      '"x"',
      "null",
      "[]",
      "[null]",
      "[1]",
      '[{"key":1}]',
      '[{"tolerationSeconds":"1"}]',
      '[{"key":"a!","operator":"x"}]',
      '[{"key":"a","operator":"Exists"}]',
    ].flatMap((text): readonly Step[] => {
      const annotations = { "scheduler.alpha.kubernetes.io/tolerations": text };
      return [
        { ask: `POST ${PODS}?dryRun=All`, body: pod(annotations) },
        { ask: `PATCH ${PODS}/one?dryRun=All`, headers: merge, body: { metadata: { annotations } } },
      ];
    }),
  ]),
  defineCase("old-annotations-of-nodes", "api", [
    { ask: "POST /api/v1/nodes", body: node({}) },
    ...[
      ["taints", "["],
      ["taints", "7"],
      ["taints", "[null]"],
      ["taints", '[{"key":1,"effect":"x"}]'],
      ["taints", '[{"key":"a"}]'],
      ["taints", '[{"key":"a","effect":"NoExecute"},{"key":"a","effect":"NoExecute"}]'],
      ["preferAvoidPods", "x"],
      ["preferAvoidPods", '{"a":}'],
      ["preferAvoidPods", "[]"],
      ["preferAvoidPods", "null"],
      ["preferAvoidPods", signed(null)],
      ["preferAvoidPods", signed({ controller: false })],
      ["preferAvoidPods", signed({ controller: true })],
    ].flatMap(([name, text]): readonly Step[] => {
      const annotations = { [`scheduler.alpha.kubernetes.io/${name}`]: text };
      return [
        { ask: "POST /api/v1/nodes?dryRun=All", body: node(annotations) },
        { ask: "PATCH /api/v1/nodes/{ns}-one?dryRun=All", headers: merge, body: { metadata: { annotations } } },
      ];
    }),
    { ask: "DELETE /api/v1/nodes/{ns}-one" },
  ]),
  defineCase(
    "texts-of-secrets-that-are-no-json",
    "api",
    [
      "",
      "x",
      "{",
      '{"a":}',
      '{"a" 1}',
      "{a",
      "[1,]",
      "tru",
      "[-",
      "[1.",
      "[1e",
      '["\\',
      '["\\u0',
      '["a',
      '"\\q"',
      "01",
      "true",
      "[]",
      "1",
      "null",
      "{} x",
    ].map((text) => ({
      ask: "POST /api/v1/namespaces/{ns}/secrets?dryRun=All",
      body: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "one" },
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": text },
      },
    })),
  ),
];

export default cases;
