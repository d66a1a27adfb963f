import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { startTestServer } from "../testing.ts";

const NAMESPACE = "/api/v1/namespaces/default";
const named = { metadata: { name: "one" } };
const questions: readonly (readonly [at: string, kind: string, body: object])[] = [
  ["pods/one/binding", "Binding", { ...named, target: { name: "a" } }],
  ["bindings", "Binding", { ...named, target: { name: "a" } }],
  ["pods/one/eviction", "Eviction", named],
  ["serviceaccounts/one/token", "TokenRequest", { spec: {} }],
];

for (const [at, kind, body] of questions) {
  test(`${at} takes a ${kind}, and refuses what is none`, async () => {
    await using server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
    await server.ask(`POST ${NAMESPACE}/serviceaccounts`, { body: named });
    const pod = { ...named, spec: { serviceAccountName: "one", containers: [{ name: "main", image: "web:1" }] } };
    await server.ask(`POST ${NAMESPACE}/pods`, { body: pod });
    const post = async (asked: object) => {
      const { status, text, headers } = await server.ask(`POST ${NAMESPACE}/${at}?dryRun=All`, { body: asked });
      const { message } = JSON.parse(text) as { readonly message?: string };
      return { status, headers, message };
    };
    const ill = await post({ ...body, metadata: 7 });
    assert.equal(ill.status, 400);
    assert.match(ill.message!, new RegExp(`${kind} .*cannot unmarshal number into Go struct field ${kind}.metadata`));
    const elsewhere = await post({ ...body, metadata: { name: "one", namespace: "other" } });
    assert.match(elsewhere.message!, /namespace of the provided object does not match/);
    const well = await post({ ...body, unknown: 1 });
    assert.equal(well.status, 201);
    assert.match(String(well.headers["warning"]), /unknown field/);
  });
}
