import assert from "node:assert/strict";
import { test } from "node:test";
import type { APIService } from "../../api/apiregistration/v1/api-service.ts";
import { obstacle, PASSED, type Surroundings, withFinding } from "./plan.ts";

const apiService = {
  metadata: { name: "v1.example.com" },
  spec: { group: "example.com", version: "v1", service: { namespace: "a", name: "b", port: 443 } },
  status: {},
} as unknown as APIService;
const service = (type: string, port: number) => ({ spec: { type, ports: [{ port, name: "api" }] } });
const slice = (ready: boolean, name: string) => ({ endpoints: [{ conditions: { ready } }], ports: [{ name }] });

test("apiservices: what keeps a server from being asked", () => {
  const cases: readonly [surroundings: object, reason: string | undefined, message: string | undefined][] = [
    [{ slices: [] }, "ServiceNotFound", 'service/b in "a" is not present'],
    [
      { service: service("ClusterIP", 80), slices: [] },
      "ServicePortError",
      'service/b in "a" is not listening on port 443',
    ],
    [
      { service: service("ClusterIP", 443), slices: [] },
      "EndpointsNotFound",
      'cannot find endpointslices for service/b in "a"',
    ],
    [
      { service: service("ClusterIP", 443), slices: [slice(false, "api"), slice(true, "other")] },
      "MissingEndpoints",
      'endpointslices for service/b in "a" have no addresses with port name "api"',
    ],
    [{ service: service("ClusterIP", 443), slices: [slice(true, "api")] }, undefined, undefined],
    [{ service: service("ExternalName", 80), slices: [] }, undefined, undefined],
  ];
  for (const [surroundings, reason, message] of cases) {
    const found = obstacle(apiService, surroundings as Surroundings);
    assert.deepEqual([found?.reason, found?.message], [reason, message]);
  }
});

test("apiservices: a condition changes with what was found, and its time with its status alone", () => {
  const first = withFinding(apiService, PASSED, 0);
  assert.deepEqual(first, {
    conditions: [
      {
        type: "Available",
        status: "True",
        lastTransitionTime: "1970-01-01T00:00:00Z",
        reason: "Passed",
        message: "all checks passed",
      },
    ],
  });
  const again = { ...apiService, status: first };
  assert.equal(withFinding(again, PASSED, 5_000), first);
  const failed = withFinding(again, { status: "False", reason: "R", message: "m" }, 5_000);
  assert.equal(failed.conditions?.[0]?.lastTransitionTime, "1970-01-01T00:00:05Z");
});
