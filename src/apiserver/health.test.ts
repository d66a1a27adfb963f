import assert from "node:assert/strict";
import { test } from "node:test";
import { type HealthCheck, healthAnswer, pingCheck } from "./health.ts";
import { createMetrics, metricsAnswer } from "./metrics.ts";
import { versionAnswer } from "./version.ts";

const checks: readonly HealthCheck[] = [
  pingCheck,
  { name: "etcd", check: () => undefined },
  { name: "informer-sync", endpoints: ["readyz"], check: () => "still waiting" },
];

const ask = (url: string) => {
  const [path = "", query] = url.split("?");
  const answer = healthAnswer(path, new URLSearchParams(query), checks);
  return answer && [answer.status, new TextDecoder().decode(answer.body as Uint8Array)];
};

test("health: said as Kubernetes says it", () => {
  const cases: readonly [string, readonly [number, string] | undefined][] = [
    ["/livez", [200, "ok"]],
    ["/livez/ping", [200, "ok"]],
    ["/livez?verbose", [200, "[+]ping ok\n[+]etcd ok\nlivez check passed\n"]],
    ["/livez?verbose&exclude=etcd", [200, "[+]ping ok\n[+]etcd excluded: ok\nlivez check passed\n"]],
    [
      "/healthz?verbose=1&exclude=nope",
      [
        200,
        '[+]ping ok\n[+]etcd ok\nwarn: some health checks cannot be excluded: no matches for "nope"\nhealthz check passed\n',
      ],
    ],
    ["/readyz", [500, "[+]ping ok\n[+]etcd ok\n[-]informer-sync failed: reason withheld\nreadyz check failed\n\n"]],
    ["/readyz?exclude=informer-sync", [200, "ok"]],
    ["/readyz/informer-sync", [500, "internal server error: still waiting\n"]],
    ["/livez/informer-sync", undefined],
    ["/readyz/", undefined],
    ["/version", undefined],
  ];
  for (const [url, expected] of cases) assert.deepEqual(ask(url), expected, url);
});

test("version: what kubectl and Helm read", () => {
  const version = JSON.parse(new TextDecoder().decode(versionAnswer().body as Uint8Array)) as Record<string, string>;
  assert.equal(version["gitVersion"], "v1.36.3");
  assert.deepEqual([version["major"], version["minor"]], ["1", "36"]);
});

test("metrics: requests are counted by what they were", () => {
  const metrics = createMetrics();
  const labels = {
    verb: "list",
    group: "apps",
    version: "v1",
    resource: "deployments",
    subresource: "",
    scope: "namespace",
    dryRun: "",
  } as const;
  metrics.request(labels, 200, 3);
  metrics.request(labels, 200, 30);
  metrics.request(labels, 403, 70_000);
  metrics.inFlight("readOnly", 1);
  const answer = metricsAnswer(metrics, { objects: [["pods", 7]] });
  const lines = new TextDecoder().decode(answer.body as Uint8Array).split("\n");
  const named =
    'component="apiserver",dry_run="",group="apps",resource="deployments",scope="namespace",subresource="",verb="LIST",version="v1"';
  for (const line of [
    `apiserver_request_total{code="200",${named}} 2`,
    `apiserver_request_total{code="403",${named}} 1`,
    `apiserver_request_duration_seconds_bucket{${named},le="0.005"} 1`,
    `apiserver_request_duration_seconds_bucket{${named},le="0.05"} 2`,
    `apiserver_request_duration_seconds_bucket{${named},le="60"} 2`,
    `apiserver_request_duration_seconds_bucket{${named},le="+Inf"} 3`,
    `apiserver_request_duration_seconds_count{${named}} 3`,
    'apiserver_current_inflight_requests{request_kind="readOnly"} 1',
    'apiserver_storage_objects{resource="pods"} 7',
  ]) {
    assert(lines.includes(line), line);
  }
});
