import assert from "node:assert/strict";
import { test } from "node:test";
import { APIService } from "../../api/apiregistration/v1/api-service.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { Draft } from "../../machinery/object.ts";
import { encodeText } from "../encode/text.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { startTestServer } from "../testing.ts";
import type { RemoteServers, RemoteTarget } from "./remote.ts";

const { signal } = new AbortController();
const RESOURCES = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "wardle.example.com/v1alpha1",
  resources: [
    { name: "flunders", singularName: "flunder", namespaced: true, kind: "Flunder", verbs: ["get", "list"] },
    { name: "flunders/status", singularName: "", namespaced: true, kind: "Flunder", verbs: ["get"] },
  ],
};

interface Sent {
  readonly path: string;
  readonly target: RemoteTarget;
  readonly headers: Parameters<RemoteServers["forward"]>[2];
}

async function newServer() {
  const sent: Sent[] = [];
  let status = 200;
  const forward = async (
    { path }: ApiRequest,
    target: RemoteTarget,
    headers: Sent["headers"],
  ): Promise<ApiResponse> => {
    sent.push({ path, target, headers });
    return { status, headers: { "content-type": "application/json" }, body: encodeText(JSON.stringify(RESOURCES)) };
  };
  const server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner, remotes: { forward } });
  const { client } = server;
  const metadata = { namespace: "default", name: "sample" };
  const service = { metadata, spec: { selector: { app: "sample" }, ports: [{ port: 7443, targetPort: 443 }] } };
  await client.create(Service, service as unknown as Draft<Service>, { signal });
  const slice = {
    metadata: { ...metadata, labels: { "kubernetes.io/service-name": "sample" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["10.0.0.7"], conditions: { ready: true } }],
    ports: [{ name: "", port: 443 }],
  };
  await client.create(EndpointSlice, slice as unknown as Draft<EndpointSlice>, { signal });
  const spec = {
    group: "wardle.example.com",
    version: "v1alpha1",
    service: { ...metadata, port: 7443 },
    caBundle: btoa("PEM"),
    groupPriorityMinimum: 2000,
    versionPriority: 200,
  };
  const created = await client.create(
    APIService,
    { metadata: { name: "v1alpha1.wardle.example.com" }, spec } as unknown as Draft<APIService>,
    { signal },
  );
  const condition = { type: "Available", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" };
  return {
    server,
    sent,
    created,
    answering: (next: number) => {
      status = next;
    },
    available: () => client.setStatus(APIService, created, { conditions: [condition] }, { signal }),
  };
}

const FLUNDERS = "/apis/wardle.example.com/v1alpha1/namespaces/default/flunders";

test("aggregation: requests go on to the server of the service, for their user", async () => {
  const { server, sent, available } = await newServer();
  await using _server = server;
  const before = await server.ask(`GET ${FLUNDERS}`);
  assert.deepEqual([before.status, before.text], [503, "service unavailable\n"]);
  await available();
  assert.equal((await server.ask(`GET ${FLUNDERS}?limit=1`)).status, 200);
  assert.deepEqual(sent, [
    {
      path: FLUNDERS,
      target: {
        host: "10.0.0.7",
        port: 443,
        serverName: "sample.default.svc",
        insecure: false,
        authorities: "PEM",
      },
      headers: {
        "x-remote-user": "admin",
        "x-remote-group": ["system:masters", "system:authenticated"],
        "x-remote-extra-authentication.kubernetes.io%2Fcredential-id": ["X509SHA256=00"],
      },
    },
  ]);
  const impersonating = { "impersonate-user": "jane", "impersonate-group": "testers" };
  assert.equal((await server.ask(`GET ${FLUNDERS}`, { headers: impersonating })).status, 403);
  assert.equal(sent.length, 1, "what a user may not ask for goes nowhere");
  assert.equal((await server.ask("GET /apis/other.example.com/v1/things")).status, 404);
});

test("aggregation: discovery tells of what other servers have, as long as they are registered", async () => {
  const { server, created, available, answering } = await newServer();
  await using _server = server;
  await available();
  const { aggregator } = server.server;
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const told = async () => {
    const { text } = await server.ask("GET /apis", { headers: { accept } });
    const { items } = JSON.parse(text) as { items: { metadata: { name: string }; versions: object[] }[] };
    return items.find(({ metadata }) => metadata.name === "wardle.example.com")?.versions;
  };
  assert.equal(await told(), undefined);
  assert.equal(await aggregator.probe(created), undefined);
  assert.deepEqual(await told(), [
    {
      version: "v1alpha1",
      resources: [
        {
          resource: "flunders",
          responseKind: { group: "", version: "", kind: "Flunder" },
          scope: "Namespaced",
          singularResource: "flunder",
          verbs: ["get", "list"],
          subresources: [
            {
              subresource: "status",
              responseKind: { group: "", version: "", kind: "Flunder" },
              verbs: ["get"],
            },
          ],
        },
      ],
      freshness: "Current",
    },
  ]);
  assert.match((await server.ask("GET /apis/wardle.example.com")).text, /"preferredVersion"/);
  assert.match((await server.ask("GET /openapi/v3")).text, /"apis\/wardle.example.com\/v1alpha1":/);
  answering(500);
  const url = "https://10.0.0.7:443/apis/wardle.example.com/v1alpha1";
  const problem = `failing or missing response from ${url}: bad status from ${url}: 500`;
  assert.equal(await aggregator.probe(created), problem);
  aggregator.forget(created.metadata.name);
  assert.equal(await told(), undefined);
});
