import { defineCase } from "../define-case.ts";

const EVENTS = "/api/v1/namespaces/{ns}/events";
const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
const long = "2020-01-01T00:00:00Z";
const longMicro = "2020-01-01T00:00:00.000000Z";

export default defineCase("tables-of-events", "api", [
  ...[
    {},
    { series: {} },
    { series: { count: 3 } },
    { series: { count: 3, lastObservedTime: longMicro }, firstTimestamp: long },
    { count: 7, lastTimestamp: long },
    { count: 7, series: { count: 0 }, message: " \n said\n" },
    { eventTime: longMicro, reportingComponent: "one", reportingInstance: "two", action: "Tried" },
    {
      source: { component: "one" },
      involvedObject: { namespace: "{ns}", kind: "Pod", name: "web", fieldPath: "spec" },
    },
  ].map((parts, index) => ({
    ask: `POST ${EVENTS}`,
    body: { metadata: { name: `event-${index}` }, involvedObject: { namespace: "{ns}" }, ...parts },
  })),
  { ask: `GET ${EVENTS}`, headers: TABLE },
  { kubectl: "get events --sort-by=.metadata.name -o wide" },
  { ask: "GET /apis/events.k8s.io/v1/namespaces/{ns}/events", headers: TABLE },
]);
