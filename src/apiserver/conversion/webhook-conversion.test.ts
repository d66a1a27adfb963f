import assert from "node:assert/strict";
import { test } from "node:test";
import { CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { Draft, KubeObject } from "../../machinery/object.ts";
import { startTestServer } from "../testing.ts";

const { signal } = new AbortController();
const text = { type: "string" };
const versionOf = (name: string, storage: boolean, properties: object, more: object = {}) => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: { type: "object", properties } },
  ...more,
});
const v1 = (storage: boolean) => versionOf("v1", storage, { hostPort: text });
const v2 = (storage: boolean) =>
  versionOf("v2", storage, { host: text, port: text }, { selectableFields: [{ jsonPath: ".host" }] });

interface Endpoint extends KubeObject {
  readonly hostPort?: string;
  readonly host?: string;
  readonly port?: string;
}

interface Asked {
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Endpoint[];
  };
}

/** `hostPort` in one version is `host` and `port` in the other. */
function convert({ hostPort = "", host, port, ...rest }: Endpoint, apiVersion: string): Endpoint {
  const [first = "", second = ""] = hostPort.split(":");
  const base = { ...rest, apiVersion };
  return apiVersion.endsWith("/v2") ? { ...base, host: first, port: second } : { ...base, hostPort: `${host}:${port}` };
}

type Answer = (asked: Asked) => object;

const honest: Answer = ({ request: { objects, desiredAPIVersion } }) => ({
  result: { status: "Success" },
  convertedObjects: objects.map((object) => convert(object, desiredAPIVersion)),
});

async function newServer() {
  let answer: Answer = honest;
  const asked: string[] = [];
  const server = await startTestServer({
    clock: new VirtualClock(),
    signer: simulatedSigner,
    webhooks: {
      post: async (_target, body) => {
        const { request } = body as Asked;
        const names = request.objects.map(({ metadata }) => metadata.name).join();
        asked.push(`${names} to ${request.desiredAPIVersion.split("/")[1]}`);
        const response = { uid: request.uid, ...answer(body as Asked) };
        return { kind: "ConversionReview", apiVersion: "apiextensions.k8s.io/v1", response };
      },
    },
  });
  const definition = {
    metadata: { name: "endpoints.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "endpoints", singular: "endpoint", kind: "Endpoint", listKind: "EndpointList" },
      versions: [v1(true), v2(false)],
      conversion: {
        strategy: "Webhook",
        webhook: {
          clientConfig: { service: { namespace: "default", name: "hook", path: "/convert" } },
          conversionReviewVersions: ["v1"],
        },
      },
    },
  } as unknown as Draft<CustomResourceDefinition>;
  const created = await server.client.create(CustomResourceDefinition, definition, { signal });
  // Nobody accepts names here: the loop that does is not part of an API server.
  const { names } = created.spec;
  const conditions = ["NamesAccepted", "Established"].map((type) => ({
    type,
    status: "True",
    lastTransitionTime: "2026-01-01T00:00:00Z",
    reason: "Test",
    message: "",
  }));
  const status = { ...created.status, acceptedNames: names, conditions } as CustomResourceDefinition["status"];
  const established = await server.client.setStatus(CustomResourceDefinition, created, status, { signal });
  const path = (version: string) => `/apis/example.com/${version}/namespaces/default/endpoints`;
  const until = async (version: string) => {
    while (server.server.registry.byResource("example.com", version, "endpoints") === undefined) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  };
  await until("v2");
  const json = async (ask: string, body?: object) => {
    const { status: code, text: answered } = await server.ask(ask, body === undefined ? {} : { body });
    return { code, object: JSON.parse(answered) as Endpoint & { items: readonly Endpoint[]; message?: string } };
  };
  return {
    server,
    established,
    asked,
    path,
    json,
    answering: (next: Answer) => {
      answer = next;
    },
    create: (version: string, name: string, fields: object) =>
      json(`POST ${path(version)}`, {
        apiVersion: `example.com/${version}`,
        kind: "Endpoint",
        metadata: { name },
        ...fields,
      }),
  };
}

const shown = ({ apiVersion, hostPort, host, port }: Endpoint) => ({ apiVersion, hostPort, host, port });
const asV2 = (host: string, port: string) => ({ apiVersion: "example.com/v2", hostPort: undefined, host, port });
const asV1 = (hostPort: string) => ({ apiVersion: "example.com/v1", hostPort, host: undefined, port: undefined });

test("conversion: what is stored in one version is read, listed and written in another", async () => {
  const { server, asked, path, json, create } = await newServer();
  await using _server = server;
  assert.equal((await create("v1", "a", { hostPort: "here:80" })).code, 201);
  assert.deepEqual(asked, []);
  assert.deepEqual(shown((await json(`GET ${path("v2")}/a`)).object), asV2("here", "80"));
  assert.deepEqual(shown((await create("v2", "b", { host: "there", port: "81" })).object), asV2("there", "81"));
  assert.deepEqual(shown((await json(`GET ${path("v1")}/b`)).object), asV1("there:81"));
  asked.length = 0;
  const { object } = await json(`GET ${path("v2")}`);
  assert.deepEqual(object.items.map(shown), [asV2("here", "80"), asV2("there", "81")]);
  assert.deepEqual(asked, [], "what was converted once is kept with the stored version");
  const selected = await json(`GET ${path("v2")}?fieldSelector=host%3Dthere`);
  assert.deepEqual(
    selected.object.items.map(({ metadata }) => metadata.name),
    ["b"],
  );
  const updated = await json(`PUT ${path("v2")}/a`, { ...(await json(`GET ${path("v2")}/a`)).object, port: "82" });
  assert.deepEqual(shown(updated.object), asV2("here", "82"));
  assert.deepEqual(shown((await json(`GET ${path("v1")}/a`)).object), asV1("here:82"));
  assert.equal((await json(`DELETE ${path("v2")}/a`)).code, 200);
});

test("conversion: objects stored before the stored version changed stand beside newer ones", async () => {
  const { server, established, path, json, create } = await newServer();
  await using _server = server;
  await create("v1", "old", { hostPort: "here:80" });
  const before = server.server.registry.byResource("example.com", "v2", "endpoints");
  const spec = { ...established.spec, versions: [v1(false), v2(true)] } as CustomResourceDefinition["spec"];
  await server.client.update(CustomResourceDefinition, { ...established, spec }, { signal });
  while (server.server.registry.byResource("example.com", "v2", "endpoints") === before) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await create("v1", "young", { hostPort: "there:81" });
  assert.deepEqual((await json(`GET ${path("v1")}`)).object.items.map(shown), [asV1("here:80"), asV1("there:81")]);
  assert.deepEqual((await json(`GET ${path("v2")}`)).object.items.map(shown), [
    asV2("here", "80"),
    asV2("there", "81"),
  ]);
});

test("conversion: a webhook that fails, or does more than it may, is told", async () => {
  const { server, path, json, create, answering } = await newServer();
  await using _server = server;
  await create("v1", "a", { hostPort: "here:80" });
  const fails = async (answer: Answer, why: string) => {
    answering(answer);
    const { code, object } = await json(`GET ${path("v2")}/a`);
    assert.deepEqual([code, object.message], [500, `conversion webhook for example.com/v1, Kind=Endpoint ${why}`]);
  };
  await fails(() => ({ result: { status: "Failed", message: "no idea" } }), "failed: no idea");
  await fails(() => ({ result: { status: "Success" } }), "returned 0 objects, expected 1");
  await fails(() => {
    throw new Error("nobody there");
  }, "failed: nobody there");
  await fails(
    ({ request: { objects } }) => ({ result: { status: "Success" }, convertedObjects: objects }),
    "returned invalid object at index 0: invalid groupVersion (expected example.com/v2, received example.com/v1)",
  );
  const renaming: Answer = ({ request: { objects } }) => ({
    result: { status: "Success" },
    convertedObjects: objects.map((object) => ({
      ...convert(object, "example.com/v2"),
      metadata: { ...object.metadata, name: "other" },
    })),
  });
  await fails(renaming, "returned invalid object: must have the same name: a != other");
  answering(({ request: { objects } }) => ({
    result: { status: "Success" },
    convertedObjects: objects.map((object) => ({
      ...convert(object, "example.com/v2"),
      metadata: { ...object.metadata, labels: { by: "hook" }, generation: 77 },
    })),
  }));
  const { metadata } = (await json(`GET ${path("v2")}/a`)).object;
  assert.deepEqual([metadata.labels, metadata.generation], [{ by: "hook" }, 1]);
});
