import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "../../api/index.ts";
import type { AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { topologyLabels } from "./topology-labels.ts";

const zone = "topology.kubernetes.io/zone";
const node = { metadata: { name: "a", labels: { [zone]: "z", "topology.kubernetes.io/rack": "r" } } };
const lookup = { get: (_: string, name: string) => (name === "a" ? node : undefined) } as unknown as Lookup;

async function labelsOf(subresource: string, object: object): Promise<unknown> {
  const metadata: { labels?: unknown } = {};
  const request = { kind: Pod, operation: "CREATE", subresource, object: { metadata, ...object } };
  await topologyLabels(lookup).admit!(request as unknown as AdmissionRequest);
  return metadata.labels;
}

test("a pod gets the zone of its node, bound or made for it", async () => {
  assert.deepEqual(await labelsOf("binding", { target: { kind: "Node", name: "a" } }), { [zone]: "z" });
  assert.deepEqual(await labelsOf("", { spec: { nodeName: "a" } }), { [zone]: "z" });
});

test("a pod of no node, or of one that is not there, gets none", async () => {
  assert.equal(await labelsOf("binding", { target: { name: "a" } }), undefined);
  assert.equal(await labelsOf("binding", { target: { kind: "Node", name: "b" } }), undefined);
  assert.equal(await labelsOf("", { spec: {} }), undefined);
  assert.equal(await labelsOf("status", { spec: { nodeName: "a" } }), undefined);
});
