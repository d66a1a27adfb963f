import { generateKeyPairSync } from "node:crypto";
import { createSigningRequest } from "../../../src/host/node/pki/create-request.ts";
import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type HttpStep } from "../define-case.ts";
import { SAMPLES, collectionOf, named, sampleName } from "../samples.ts";

// What a write leaves as it was, by which way it comes, and whose that is then.

const CLIENTS = {
  labels: { a: "b" },
  annotations: { a: "b" },
  finalizers: ["example.com/a"],
  ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a", uid: "00000000-0000-0000-0000-000000000001" }],
};
const PODS = "/api/v1/namespaces/{ns}/pods";
const pod = (more: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one", ...CLIENTS },
  spec: { containers: [{ name: "main", image: "web:1" }] },
  ...more,
});
const status = { conditions: [{ type: "example.com/a", status: "True" }] };

/** Metadata that is sent along with a subresource, in every way. */
function sentAlong(at: string, object: object): readonly HttpStep[] {
  return [
    { ask: `PUT ${at}`, body: object },
    { ask: `PATCH ${at}?fieldManager=merging`, headers: merge, body: { metadata: { labels: { c: "d" } }, ...object } },
    { ask: `PATCH ${at}?fieldManager=applying&force=true`, headers: apply, body: object },
    { ask: `PATCH ${at}`, headers: merge, body: { metadata: { finalizers: null } } },
  ];
}

const { privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const request = createSigningRequest(privateKey, { commonName: "one" });
const DEFINITION = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.{ns}.example.com" },
  spec: {
    group: "{ns}.example.com",
    scope: "Cluster",
    names: { plural: "things", kind: "Thing" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        subresources: { status: {} },
      },
    ],
  },
};
const THINGS = "/apis/{ns}.example.com/v1/things";
const THING = { apiVersion: "{ns}.example.com/v1", kind: "Thing", metadata: { name: "one" }, spec: { a: 1 } };

/** Of kinds with rules of their own in this. */
const RARE: readonly (readonly [
  plural: string,
  object: Readonly<Record<string, unknown>>,
  parts?: readonly string[],
])[] = [
  [
    "networking.k8s.io/v1/servicecidrs",
    { kind: "ServiceCIDR", metadata: { name: "{ns}" }, spec: { cidrs: ["10.200.0.0/24"] } },
  ],
  [
    "admissionregistration.k8s.io/v1/validatingadmissionpolicies",
    {
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "{ns}" },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: ["a"], apiVersions: ["a"], resources: ["a"], operations: ["*"] }],
        },
        validations: [{ expression: "true" }],
      },
    },
  ],
  [
    "certificates.k8s.io/v1/certificatesigningrequests",
    {
      kind: "CertificateSigningRequest",
      metadata: { name: "{ns}" },
      spec: { request: Buffer.from(request).toString("base64"), signerName: "example.com/a", usages: ["client auth"] },
      status: { conditions: [{ type: "Approved", status: "True", reason: "a" }] },
    },
    ["status", "approval"],
  ],
];

const ofRare: readonly Case[] = RARE.map(([plural, { metadata, ...object }, parts = ["status"]]) => {
  const apiVersion = plural.split("/").slice(0, 2).join("/");
  const { name } = metadata as { readonly name: string };
  const one = `/apis/${plural}/${name}`;
  const steps: readonly HttpStep[] = [
    { ask: `POST /apis/${plural}`, body: { apiVersion, metadata, ...object } },
    { ask: `PATCH ${one}?fieldManager=applying`, headers: apply, body: { apiVersion, metadata, ...object } },
    ...parts.flatMap((part) =>
      sentAlong(`${one}/${part}`, { apiVersion, metadata: { name, resourceVersion: "", ...CLIENTS }, ...object }),
    ),
    { ask: `GET ${one}` },
    { ask: `DELETE ${one}` },
  ];
  // Who asked, a request tells in its spec.
  const see = ({ metadata, status }: Readonly<Record<string, unknown>>) => ({ metadata, status });
  return defineCase(
    `resets-${plural.split("/")[2]}`,
    "api",
    steps.map((step) => ({ ...step, see })),
  );
});

const ofStatus: readonly Case[] = SAMPLES.filter(({ kind }) =>
  kind.subresources.some(({ name }) => name === "status"),
).map((sample) => {
  const collection = collectionOf(sample);
  const one = `${collection}/{ns}-one`;
  return defineCase(`resets-${sampleName(sample)}`, "api", [
    { ask: `POST ${collection}`, body: named(sample, "{ns}-one") },
    ...sentAlong(`${one}/status`, named(sample, "{ns}-one", CLIENTS)),
    { ask: `GET ${one}` },
  ]);
});

const cases: readonly Case[] = [
  ...ofStatus,
  ...ofRare,
  defineCase("resets-of-custom-objects", "api", [
    { ask: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: DEFINITION },
    {
      ask: "PUT /apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{ns}.example.com/status",
      body: DEFINITION,
    },
    { ask: `GET ${THINGS}`, until: ({ kind }: { readonly kind?: string }) => kind === "ThingList" },
    { ask: `POST ${THINGS}`, body: THING },
    ...sentAlong(`${THINGS}/one/status`, {
      ...THING,
      metadata: { name: "one", ...CLIENTS },
      status: { a: 1 },
      more: 2,
    }),
    { ask: `GET ${THINGS}/one` },
  ]),
  defineCase("resets-pod-parts", "api", [
    { ask: `POST ${PODS}`, body: { ...pod(), metadata: { name: "one" } } },
    ...["ephemeralcontainers", "resize"].flatMap((part) => sentAlong(`${PODS}/one/${part}`, pod({ status }))),
    {
      ask: `PATCH ${PODS}/one/ephemeralcontainers`,
      headers: strategic,
      body: { status: { extendedResourceClaimStatus: { requestMappings: [{}] } } },
    },
    { ask: `GET ${PODS}/one` },
  ]),
  defineCase("resets-namespace-finalize", "api", [
    { ask: "PUT /api/v1/namespaces/{ns}/finalize", body: { metadata: { name: "{ns}", labels: { a: "b" } } } },
    { ask: "GET /api/v1/namespaces/{ns}" },
  ]),
  defineCase("resets-of-endpoints", "api", [
    ...[{}, { deprecatedTopology: {} }, { deprecatedTopology: { "bad key!": "x" } }, {}].map((more, index) => ({
      ask: `${index === 0 ? "POST" : "PUT"} /apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices${index === 0 ? "" : "/one"}`,
      body: {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "one" },
        addressType: "IPv4",
        endpoints: [{ addresses: ["10.1.2.3"], ...more }],
      },
    })),
    {
      ask: "PATCH /apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices/one",
      headers: jsonPatch,
      body: [{ op: "add", path: "/endpoints/0/deprecatedTopology", value: { a: "b" } }],
    },
  ]),
];

export default cases;
