import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../../api/generated/core-v1.ts";
import { existingPodWarnings } from "./existing-pods.ts";
import type { Standard } from "./standard.ts";

const BASELINE: Standard = { level: "baseline", version: "latest" };
const HEADER = 'existing pods in namespace "web" violate the new PodSecurity enforce level "baseline:latest"';
const still = { now: () => 0 };

function pod(name: string, spec: object = {}, controller?: string): Pod {
  const ownerReferences = controller === undefined ? [] : [{ uid: controller, controller: true }];
  return {
    metadata: { name, ownerReferences },
    spec: { securityContext: {}, containers: [], ...spec },
  } as unknown as Pod;
}

test("existing pods: grouped by what they violate, under the name of the first", () => {
  const volumes = [{ name: "a", hostPath: { path: "/" } }];
  const pods = [
    pod("c", { hostPID: true }),
    pod("b", { hostPID: true }),
    pod("d", { hostIPC: true }),
    pod("f", { volumes }),
    pod("e", { volumes }),
    pod("g", { volumes, hostPID: true }),
    pod("fine"),
  ];
  assert.deepEqual(existingPodWarnings("web", pods, BASELINE, still), [
    HEADER,
    "b (and 2 other pods): host namespaces",
    "e (and 1 other pod): hostPath volumes",
    "g: host namespaces, hostPath volumes",
  ]);
  assert.deepEqual(existingPodWarnings("web", [pod("fine")], BASELINE, still), []);
});

test("existing pods: of very many the first are looked at, one of each controller before its replicas", () => {
  const replicas = Array.from({ length: 3000 }, (_, index) => pod(`replica-${index}`, {}, "set"));
  assert.deepEqual(existingPodWarnings("web", [...replicas, pod("last", { hostPID: true })], BASELINE, still), [
    "new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods",
    HEADER,
    "last: host namespaces",
  ]);
});

test("existing pods: looked at for a second at most", () => {
  let now = -400;
  const clock = { now: () => (now += 400) };
  const pods = ["a", "b", "c", "d", "e"].map((name) => pod(name, { hostPID: true }));
  assert.deepEqual(existingPodWarnings("web", pods, BASELINE, clock), [
    "new PodSecurity enforce level only checked against the first 3 of 5 existing pods",
    HEADER,
    "a (and 2 other pods): host namespaces",
  ]);
  now = -400;
  assert.equal(existingPodWarnings("web", pods.slice(0, 3), BASELINE, clock)[0], HEADER);
});
