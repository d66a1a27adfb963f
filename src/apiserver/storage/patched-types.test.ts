import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { Draft } from "../../machinery/object.ts";
import { customDefinition } from "../answers/custom-objects.ts";
import { apply, CONFIG, config, DEPLOYMENTS, deployment, merge, strategic } from "../answers/drafts.ts";
import { startTestServer } from "../testing.ts";

const { signal } = new AbortController();
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";

async function newServer() {
  const server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const told = async (ask: string, headers: Readonly<Record<string, string>>, body: object) => {
    const { status, text } = await server.ask(ask, { headers, body });
    const { message } = JSON.parse(text) as { readonly message?: string };
    return [status, ...(message === undefined ? [] : [message])];
  };
  await server.ask("POST /api/v1/namespaces", { body: { metadata: { name: "default" } } });
  return { server, told, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("a custom object that a patch makes one of another kind is refused with the other rules, or stays what it is", async () => {
  await using world = await newServer();
  const { server } = world;
  const definition = customDefinition as unknown as Draft<CustomResourceDefinition>;
  const made = await server.client.create(CustomResourceDefinition, definition, { signal });
  const conditions = [{ type: "Established", status: "True" }];
  const status = { acceptedNames: made.spec.names, storedVersions: ["v1"], conditions };
  await server.client.setStatus(CustomResourceDefinition, made, status as never, { signal });
  const widget = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "one" },
    spec: { color: "red", replicas: 1 },
  };
  assert.equal((await server.ask(`POST ${WIDGETS}`, { body: widget })).status, 201);
  const patched = (part: string, body: object) => world.told(`PATCH ${WIDGETS}/one${part}?dryRun=All`, merge, body);

  const noVersion = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
  assert.deepEqual(await patched("", { apiVersion: null }), [500, `Internal error occurred: ${noVersion}`]);
  const otherVersion = 'apiVersion: Invalid value: "apps/v1": must be example.com/v1';
  assert.deepEqual(await patched("", { apiVersion: "apps/v1" }), [
    422,
    `Widget.apps "one" is invalid: ${otherVersion}`,
  ]);
  const both = { apiVersion: "apps/v1", kind: "Other" };
  const otherKind = 'kind: Invalid value: "Other": must be Widget';
  assert.deepEqual(await patched("", both), [422, `Other.apps "one" is invalid: [${otherKind}, ${otherVersion}]`]);
  const [, noKind] = await patched("", { kind: null });
  assert.match(String(noKind), /: Object 'Kind' is missing in '\{"apiVersion":"example.com\/v1","metadata":\{"creat/);
  assert.deepEqual(await patched("/status", both), [200]);
  assert.deepEqual(await patched("/scale", { apiVersion: null }), [200]);

  await world.told(`PATCH ${WIDGETS}/one`, merge, { spec: { replicas: null } });
  const empty = 'the spec replicas field ".spec.replicas" cannot be empty';
  assert.deepEqual(await patched("/scale", {}), [400, empty]);
  assert.deepEqual(await patched("/scale", { spec: { replicas: 2 } }), [200], "a first number is given by scaling");
});

test("a patch without a version is checked as an object that has no defaults", async () => {
  await using world = await newServer();
  await world.told(`POST ${DEPLOYMENTS}`, {}, deployment("one"));
  const [status, message] = await world.told(`PATCH ${DEPLOYMENTS}/one`, merge, { apiVersion: null, name: "one" });
  assert.equal(status, 422);
  assert.match(String(message), /spec\.template\.spec\.terminationGracePeriodSeconds: Required value/);
  assert.match(String(message), /restartPolicy: Unsupported value: ""/);
  assert.deepEqual(await world.told(`PATCH ${DEPLOYMENTS}/one`, strategic, { apiVersion: null, kind: "Other" }), [200]);
});

test("an object of another version is read as one, where a body has to be of its path's", async () => {
  await using world = await newServer();
  const events = "/api/v1/namespaces/default/events";
  const event = { metadata: { name: "one" }, involvedObject: { kind: "Pod", name: "one", namespace: "default" } };
  assert.deepEqual(await world.told(`POST ${events}`, {}, event), [201]);
  const asOther = { ...event, apiVersion: "events.k8s.io/v1", kind: "Event" };
  assert.deepEqual(await world.told(`POST ${events}`, {}, asOther), [
    400,
    "the API version in the data (events.k8s.io/v1) does not match the expected API version (v1)",
  ]);
  assert.deepEqual(await world.told(`PATCH ${events}/one`, merge, { apiVersion: "events.k8s.io/v1" }), [200]);
  const { text } = await world.server.ask(`GET ${events}/one`);
  assert.deepEqual((JSON.parse(text) as typeof event).involvedObject, {}, "that version has no such field");
});

test("an object of another kind is read as one before it is refused", async () => {
  await using world = await newServer();
  const refusedAs = async (data: object) => {
    const [status, message] = await world.told(`POST ${CONFIG}`, {}, { ...config("one"), kind: "Secret", data });
    assert.equal(status, 400);
    return String(message).replace('Secret in version "v1" cannot be handled as a ConfigMap: ', "");
  };
  assert.match(await refusedAs({ a: "1" }), /^illegal base64 data/);
  assert.equal(await refusedAs({ a: "MQ==" }), "converting (v1.Secret) to (core.ConfigMap): unknown conversion");
});

test("what is being deleted goes with the next write, though it changes nothing", async () => {
  await using world = await newServer();
  const one = config("one", {}, { deletionTimestamp: "2026-01-02T03:04:05Z" });
  assert.deepEqual(await world.told(`PATCH ${CONFIG}/one?fieldManager=me`, apply, one), [201]);
  assert.deepEqual(await world.told(`PATCH ${CONFIG}/one`, merge, {}), [200]);
  assert.equal((await world.server.ask(`GET ${CONFIG}/one`)).status, 404);
});
