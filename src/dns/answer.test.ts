import assert from "node:assert/strict";
import { test } from "node:test";
import type { Namespace, Service, ServiceSpec } from "../api/generated/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../api/generated/discovery-v1.ts";
import { answerQuestion, type DomainConfig } from "./answer.ts";
import { NameIndex } from "./directory.ts";
import type { Answer, ResourceRecord } from "./message.ts";

const config: DomainConfig = { domain: "cluster.local", ttl: 5, serverAddresses: ["10.96.0.10"] };
const http = { name: "http", protocol: "TCP", port: 80, targetPort: 8080 } as const;

const directory = filled(
  [
    service("web", { clusterIP: "10.96.0.1", ports: [http] }),
    service("dual", { clusterIP: "10.96.0.3", clusterIPs: ["10.96.0.3", "fd00:96::3"], ports: [http] }),
    service("six", { clusterIP: "fd00:96::6", ports: [http] }),
    service("portless", { clusterIP: "10.96.0.5", ports: [] }),
    service("peers", { clusterIP: "None", ports: [http] }),
    service("lonely", { clusterIP: "None", ports: [http] }),
    service("bare", { clusterIP: "None", ports: [] }),
    service("outside", { type: "ExternalName", externalName: "Example.COM." }),
    service("inside", { type: "ExternalName", externalName: "web.default.svc.cluster.local" }),
    service("twice", { type: "ExternalName", externalName: "outside.default.svc.cluster.local" }),
    service("circle", { type: "ExternalName", externalName: "round.default.svc.cluster.local" }),
    service("round", { type: "ExternalName", externalName: "circle.default.svc.cluster.local" }),
    service("nowhere", { type: "ExternalName", externalName: "gone.default.svc.cluster.local" }),
    service("number", { type: "ExternalName", externalName: "192.0.2.1" }),
  ],
  [
    slice("web", [{ addresses: ["10.244.1.9"] }]),
    slice("peers", [
      { addresses: ["10.244.1.1"], hostname: "db-0" },
      { addresses: ["10.244.1.2"] },
      { addresses: ["10.244.1.3"], conditions: { ready: false } },
      { addresses: ["10.244.1.4"], hostname: "same" },
      { addresses: ["10.244.1.5"], hostname: "same" },
    ]),
    slice("peers", [{ addresses: ["fd00:244::1"] }, { addresses: ["fd00:245::"] }], {
      name: "peers-b",
      addressType: "IPv6",
    }),
    slice("lonely", [{ addresses: ["10.244.1.3"], conditions: { ready: false } }]),
    slice("bare", [{ addresses: ["10.244.1.7"] }], { ports: null }),
  ],
);

interface Case {
  readonly name: string;
  readonly type: string;
  /** Records as text; a code where there is no answer; "elsewhere". */
  readonly expected: readonly string[] | "NODATA" | "NXDOMAIN" | "elsewhere";
  readonly additionals?: readonly string[];
  readonly continueWith?: string;
}

const D = "default.svc.cluster.local";
const cases: readonly Case[] = [
  // Services
  { name: `web.${D}`, type: "A", expected: [`web.${D} 5 A 10.96.0.1`] },
  { name: `WeB.${D.toUpperCase()}`, type: "A", expected: [`WeB.${D.toUpperCase()} 5 A 10.96.0.1`] },
  { name: `web.${D}`, type: "AAAA", expected: "NODATA" },
  { name: `web.${D}`, type: "MX", expected: "NODATA" },
  { name: `web.${D}`, type: "TXT", expected: "NODATA" },
  { name: `web.${D}`, type: "SOA", expected: "NODATA" },
  { name: `web.${D}`, type: "CNAME", expected: "NODATA" },
  { name: `dual.${D}`, type: "AAAA", expected: [`dual.${D} 5 AAAA fd00:96::3`] },
  { name: `six.${D}`, type: "AAAA", expected: [`six.${D} 5 AAAA fd00:96::6`] },
  { name: `six.${D}`, type: "A", expected: "NODATA" },
  { name: `portless.${D}`, type: "A", expected: [`portless.${D} 5 A 10.96.0.5`] },
  { name: `portless.${D}`, type: "SRV", expected: "NODATA" },
  { name: `none.${D}`, type: "A", expected: "NXDOMAIN" },
  { name: `web.missing.svc.cluster.local`, type: "A", expected: "NXDOMAIN" },
  // Ports
  {
    name: `_http._tcp.web.${D}`,
    type: "SRV",
    expected: [`_http._tcp.web.${D} 5 SRV 0 100 80 web.${D}`],
    additionals: [`web.${D} 5 A 10.96.0.1`],
  },
  { name: `_http._tcp.web.${D}`, type: "A", expected: [`_http._tcp.web.${D} 5 A 10.96.0.1`] },
  {
    name: `web.${D}`,
    type: "SRV",
    expected: [`web.${D} 5 SRV 0 100 80 web.${D}`],
    additionals: [`web.${D} 5 A 10.96.0.1`],
  },
  { name: `_http._udp.web.${D}`, type: "SRV", expected: "NXDOMAIN" },
  { name: `_https._tcp.web.${D}`, type: "SRV", expected: "NXDOMAIN" },
  {
    name: `dual.${D}`,
    type: "SRV",
    expected: [`dual.${D} 5 SRV 0 50 80 dual.${D}`],
    additionals: [`dual.${D} 5 A 10.96.0.3`, `dual.${D} 5 AAAA fd00:96::3`],
  },
  // Headless services and endpoints
  {
    name: `peers.${D}`,
    type: "A",
    expected: ["10.244.1.1", "10.244.1.2", "10.244.1.4", "10.244.1.5"].map((ip) => `peers.${D} 5 A ${ip}`),
  },
  { name: `peers.${D}`, type: "AAAA", expected: ["fd00:244::1", "fd00:245::"].map((ip) => `peers.${D} 5 AAAA ${ip}`) },
  { name: `db-0.peers.${D}`, type: "A", expected: [`db-0.peers.${D} 5 A 10.244.1.1`] },
  { name: `DB-0.peers.${D}`, type: "A", expected: [`DB-0.peers.${D} 5 A 10.244.1.1`] },
  { name: `10-244-1-2.peers.${D}`, type: "A", expected: [`10-244-1-2.peers.${D} 5 A 10.244.1.2`] },
  { name: `10-244-1-1.peers.${D}`, type: "A", expected: "NXDOMAIN" },
  { name: `10-244-1-3.peers.${D}`, type: "A", expected: "NXDOMAIN" },
  {
    name: `same.peers.${D}`,
    type: "A",
    expected: [`same.peers.${D} 5 A 10.244.1.4`, `same.peers.${D} 5 A 10.244.1.5`],
  },
  { name: `fd00-244--1.peers.${D}`, type: "AAAA", expected: [`fd00-244--1.peers.${D} 5 AAAA fd00:244::1`] },
  { name: `fd00-245--0.peers.${D}`, type: "AAAA", expected: [`fd00-245--0.peers.${D} 5 AAAA fd00:245::`] },
  { name: `10-244-1-9.web.${D}`, type: "A", expected: [`10-244-1-9.web.${D} 5 A 10.244.1.9`] },
  {
    name: `_http._tcp.peers.${D}`,
    type: "SRV",
    expected: ["db-0", "10-244-1-2", "same", "fd00-244--1", "fd00-245--0"].map(
      (host) => `_http._tcp.peers.${D} 5 SRV 0 16 8080 ${host}.peers.${D}`,
    ),
    additionals: [
      `db-0.peers.${D} 5 A 10.244.1.1`,
      `10-244-1-2.peers.${D} 5 A 10.244.1.2`,
      `same.peers.${D} 5 A 10.244.1.4`,
      `same.peers.${D} 5 A 10.244.1.5`,
      `fd00-244--1.peers.${D} 5 AAAA fd00:244::1`,
      `fd00-245--0.peers.${D} 5 AAAA fd00:245::`,
    ],
  },
  { name: `lonely.${D}`, type: "A", expected: "NXDOMAIN" },
  { name: `bare.${D}`, type: "A", expected: [`bare.${D} 5 A 10.244.1.7`] },
  { name: `bare.${D}`, type: "SRV", expected: "NODATA" },
  // Names of elsewhere
  { name: `outside.${D}`, type: "CNAME", expected: [`outside.${D} 5 CNAME Example.COM`] },
  { name: `outside.${D}`, type: "A", expected: [`outside.${D} 5 CNAME Example.COM`], continueWith: "Example.COM" },
  { name: `outside.${D}`, type: "SRV", expected: "NODATA" },
  { name: `_http._tcp.outside.${D}`, type: "CNAME", expected: "NXDOMAIN" },
  { name: `inside.${D}`, type: "A", expected: [`inside.${D} 5 CNAME web.${D}`, `web.${D} 5 A 10.96.0.1`] },
  { name: `inside.${D}`, type: "AAAA", expected: "NODATA" },
  {
    name: `twice.${D}`,
    type: "A",
    expected: [`twice.${D} 5 CNAME outside.${D}`, `outside.${D} 5 CNAME Example.COM`],
    continueWith: "Example.COM",
  },
  { name: `circle.${D}`, type: "A", expected: "NODATA" },
  { name: `nowhere.${D}`, type: "A", expected: "NODATA" },
  { name: `number.${D}`, type: "A", expected: "NXDOMAIN" },
  // Pods
  {
    name: "10-244-9-9.default.pod.cluster.local",
    type: "A",
    expected: ["10-244-9-9.default.pod.cluster.local 5 A 10.244.9.9"],
  },
  {
    name: "fd00--7.default.pod.cluster.local",
    type: "AAAA",
    expected: ["fd00--7.default.pod.cluster.local 5 AAAA fd00::7"],
  },
  { name: "10-244-9-9.missing.pod.cluster.local", type: "A", expected: "NXDOMAIN" },
  { name: "10-244-9-999.default.pod.cluster.local", type: "A", expected: "NXDOMAIN" },
  { name: "web.default.pod.cluster.local", type: "A", expected: "NXDOMAIN" },
  // The domain
  { name: "dns-version.cluster.local", type: "TXT", expected: ["dns-version.cluster.local 28800 TXT 1.1.0"] },
  { name: "cluster.local", type: "A", expected: "NODATA" },
  {
    name: "cluster.local",
    type: "SOA",
    expected: ["cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 1700000000 7200 1800 86400 5"],
  },
  {
    name: "cluster.local",
    type: "NS",
    expected: ["cluster.local 5 NS ns.dns.cluster.local"],
    additionals: ["ns.dns.cluster.local 5 A 10.96.0.10"],
  },
  { name: "ns.dns.cluster.local", type: "A", expected: ["ns.dns.cluster.local 5 A 10.96.0.10"] },
  { name: "svc.cluster.local", type: "A", expected: "NODATA" },
  { name: "pod.cluster.local", type: "NS", expected: "NODATA" },
  { name: "default.svc.cluster.local", type: "A", expected: "NODATA" },
  { name: "missing.svc.cluster.local", type: "A", expected: "NXDOMAIN" },
  { name: "foo.cluster.local", type: "A", expected: "NXDOMAIN" },
  { name: `a.b.c.web.${D}`, type: "A", expected: "NXDOMAIN" },
  // Backwards
  { name: "1.0.96.10.in-addr.arpa", type: "PTR", expected: [`1.0.96.10.in-addr.arpa 5 PTR web.${D}`] },
  { name: "1.1.244.10.in-addr.arpa", type: "PTR", expected: [`1.1.244.10.in-addr.arpa 5 PTR db-0.peers.${D}`] },
  { name: "2.1.244.10.in-addr.arpa", type: "PTR", expected: [`2.1.244.10.in-addr.arpa 5 PTR 10-244-1-2.peers.${D}`] },
  { name: "3.1.244.10.in-addr.arpa", type: "PTR", expected: "elsewhere" },
  { name: "1.0.96.10.in-addr.arpa", type: "A", expected: "elsewhere" },
  { name: "96.10.in-addr.arpa", type: "PTR", expected: "elsewhere" },
  {
    name: "3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa",
    type: "PTR",
    expected: [`3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.0.d.f.ip6.arpa 5 PTR dual.${D}`],
  },
  // Elsewhere
  { name: "example.com", type: "A", expected: "elsewhere" },
  { name: "notcluster.local", type: "A", expected: "elsewhere" },
  { name: "", type: "NS", expected: "elsewhere" },
];

for (const { name, type, expected, additionals = [], continueWith } of cases) {
  test(`answer: ${name} ${type}`, () => {
    const answer = answerQuestion({ name, type }, directory, config);
    if (expected === "elsewhere") {
      assert.equal(answer, undefined);
      return;
    }
    assert(answer !== undefined);
    if (typeof expected === "string") {
      assert.equal(answer.code, expected === "NODATA" ? "NOERROR" : expected);
      assert.deepEqual(answer.answers, []);
      assert.deepEqual(answer.authorities.map(text), [
        "cluster.local 5 SOA ns.dns.cluster.local hostmaster.cluster.local 1700000000 7200 1800 86400 5",
      ]);
      return;
    }
    assert.deepEqual(answer.answers.map(text), expected);
    assert.deepEqual(answer.additionals.map(text), additionals);
    assert.equal(answer.continueWith, continueWith);
    assert.equal(answer.code, "NOERROR");
  });
}

test("answer: what is not known yet is no missing name", () => {
  const answer = answerQuestion({ name: `web.${D}`, type: "A" }, new NameIndex(), config) as Answer;
  assert.equal(answer.code, "SERVFAIL");
});

test("directory: changed and removed objects are no longer found by what they were", () => {
  const index = filled([service("web", { clusterIP: "10.96.0.1" })], [slice("web", [{ addresses: ["10.244.1.1"] }])]);
  index.putService(service("web", { clusterIP: "10.96.0.2" }));
  assert.equal(index.serviceAt("10.96.0.1"), undefined);
  assert.equal(index.serviceAt("10.96.0.2")?.metadata.name, "web");
  index.putSlice(slice("other", [{ addresses: ["10.244.1.2"] }], { name: "web-a" }));
  assert.deepEqual(index.slicesOf("default", "web"), []);
  assert.deepEqual(index.slicesAt("10.244.1.1"), []);
  assert.equal(index.slicesAt("10.244.1.2").length, 1);
  index.removeSlice(slice("other", [], { name: "web-a" }));
  index.removeService(service("web", {}));
  assert.deepEqual(index.slicesAt("10.244.1.2"), []);
  assert.equal(index.service("default", "web"), undefined);
});

function text(record: ResourceRecord): string {
  const { name, ttl, type, ...data } = record;
  return [name, ttl, type, ...Object.values(data)].join(" ");
}

function filled(services: readonly Service[], slices: readonly EndpointSlice[]): NameIndex {
  const index = new NameIndex();
  index.complete = true;
  index.serial = 1_700_000_000;
  index.putNamespace({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: metadata("default", ""),
    spec: {},
    status: {},
  } as Namespace);
  for (const each of services) index.putService(each);
  for (const each of slices) index.putSlice(each);
  return index;
}

function service(name: string, spec: Partial<ServiceSpec>): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(name, "default"),
    spec: { type: "ClusterIP", ...spec } as ServiceSpec,
    status: { loadBalancer: {} },
  };
}

function slice(
  of: string,
  endpoints: readonly (Partial<Endpoint> & { readonly addresses: readonly string[] })[],
  more: { readonly name?: string; readonly addressType?: EndpointSlice["addressType"]; readonly ports?: null } = {},
): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { ...metadata(more.name ?? `${of}-a`, "default"), labels: { "kubernetes.io/service-name": of } },
    addressType: more.addressType ?? "IPv4",
    ports: more.ports === null ? null : [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: endpoints.map((endpoint) => ({ conditions: { ready: true }, ...endpoint })),
  };
}

function metadata(name: string, namespace: string) {
  return {
    name,
    ...(namespace === "" ? {} : { namespace }),
    uid: name,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
}
