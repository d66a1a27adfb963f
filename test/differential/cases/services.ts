import { change, container, CORE, look, make, remove, running, setPod } from "../cluster-steps.ts";
import { type Case, defineCase, type Json, type Step } from "../define-case.ts";

const SLICES = "/apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices";
const ports = [{ name: "http", containerPort: 8080 }];
const pod = (name: string) =>
  make(
    `${CORE}/pods`,
    name,
    { spec: { nodeName: "{ns}-a", containers: [{ ...container, ports }] } },
    { labels: { app: "web" } },
  );
/** Pods of nodes that are not there are no endpoints. */
const node: Step = { ask: "POST /api/v1/nodes", body: { metadata: { name: "{ns}-a" } }, see: ({ kind }) => kind };
const slicesOf = (service: string, until: (items: Json) => boolean): Step => ({
  ask: `GET ${SLICES}?labelSelector=kubernetes.io/service-name%3D${service}`,
  until: ({ items }: Json) => until(items),
  see: ({ items }) =>
    items.map((slice: Json) => ({
      ...slice,
      endpoints: slice.endpoints?.toSorted((a: Json, b: Json) => (a.addresses[0] < b.addresses[0] ? -1 : 1)),
    })),
});
const endpoints = (items: Json) => items[0]?.endpoints ?? [];
const service = (name: string, spec: object) => make(`${CORE}/services`, name, { spec });
const web = { selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] };

const cases: readonly Case[] = [
  defineCase("endpoints", "nodes", [
    node,
    service("web", web),
    slicesOf("web", (items) => items.length === 1),
    pod("one"),
    pod("two"),
    pod("three"),
    setPod("one", running(true, 1)),
    setPod("two", running(false, 2)),
    slicesOf(
      "web",
      (items) => endpoints(items).length === 2 && endpoints(items).some((one: Json) => one.conditions.ready),
    ),
    look(
      `${CORE}/endpoints/web`,
      ({ subsets }) => subsets?.[0]?.addresses?.length === 1 && subsets[0].notReadyAddresses?.length === 1,
    ),
    setPod("two", running(true, 2)),
    slicesOf("web", (items) => endpoints(items).every((one: Json) => one.conditions.ready)),
    change(`${CORE}/pods/one`, { metadata: { labels: { app: "other" } } }),
    slicesOf("web", (items) => endpoints(items).length === 1),
    { kubectl: "describe service web" },
    { kubectl: "get endpointslices" },
    change(`${CORE}/services/web`, { spec: { ports: [{ port: 80, targetPort: 9090 }] } }),
    slicesOf("web", (items) => items[0]?.ports?.[0].port === 9090),
    remove(`${CORE}/services/web`),
    slicesOf("web", (items) => items.length === 0),
  ]),
  defineCase("endpoints-terminating", "nodes", [
    node,
    make(
      `${CORE}/pods`,
      "one",
      { spec: { nodeName: "{ns}-a", containers: [{ ...container, ports }] } },
      { labels: { app: "web" }, finalizers: ["example.com/wait"] },
    ),
    setPod("one", running(true, 1)),
    service("web", web),
    service("all", { ...web, publishNotReadyAddresses: true }),
    slicesOf("web", (items) => endpoints(items).length === 1),
    remove(`${CORE}/pods/one`),
    slicesOf("web", (items) => endpoints(items)[0]?.conditions.terminating === true),
    slicesOf("all", (items) => endpoints(items)[0]?.conditions.terminating === true),
    change(`${CORE}/pods/one`, { metadata: { finalizers: null } }),
  ]),
  defineCase("endpoints-kinds", "nodes", [
    node,
    pod("one"),
    setPod("one", running(true, 1)),
    service("headless", { ...web, clusterIP: "None" }),
    service("bare", { selector: { app: "web" }, clusterIP: "None" }),
    service("node-port", { ...web, type: "NodePort" }),
    service("balancer", { ...web, type: "LoadBalancer" }),
    service("outside", { type: "ExternalName", externalName: "example.com" }),
    service("manual", { ports: [{ port: 80 }] }),
    ...["headless", "bare", "node-port", "balancer"].map((name) =>
      slicesOf(name, (items) => endpoints(items).length === 1),
    ),
    {
      ask: `POST ${CORE}/endpoints`,
      body: {
        metadata: { name: "manual" },
        subsets: [
          {
            addresses: [{ ip: "10.1.2.3", hostname: "a" }],
            notReadyAddresses: [{ ip: "10.1.2.4" }],
            ports: [{ port: 80 }],
          },
        ],
      },
    },
    slicesOf("manual", (items) => endpoints(items).length === 2),
    { kubectl: "get services" },
    { kubectl: "get services -o wide" },
    { kubectl: "describe service node-port" },
  ]),
];
export default cases;
