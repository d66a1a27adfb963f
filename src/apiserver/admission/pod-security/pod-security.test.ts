import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusError } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { podSecurity } from "./pod-security.ts";

const PREFIX = "pod-security.kubernetes.io/";
type Labels = Readonly<Record<string, string>>;
const labelled = (labels: Labels) =>
  Object.fromEntries(Object.entries(labels).map(([mode, value]) => [`${PREFIX}${mode}`, value]));

interface Asked {
  readonly labels?: Labels;
  readonly resource?: string;
  readonly subresource?: string;
  readonly operation?: string;
  readonly object: object;
  readonly old?: object;
}

/** What is said about a write: a refusal, or the warnings. */
function said({ labels, resource = "/pods", ...asked }: Asked): string | readonly string[] {
  const [group = "", plural = ""] = resource.split("/");
  const warnings: string[] = [];
  const lookup = {
    get: () => labels && { metadata: { labels: labelled(labels) } },
    list: () => [pod({ hostPID: true })],
  } as unknown as Lookup;
  const request = {
    operation: "CREATE",
    kind: { group, plural },
    namespace: "web",
    name: "one",
    subresource: "",
    warn: (text: string) => warnings.push(text),
    ...asked,
  } as unknown as AdmissionRequest;
  try {
    void podSecurity(lookup, { now: () => 0 }).validate!(request);
  } catch (error) {
    assert(error instanceof StatusError);
    return `${error.code} ${error.message}`;
  }
  return warnings;
}

const pod = (spec: object = {}) => ({
  metadata: { name: "one" },
  spec: { securityContext: {}, containers: [{ name: "a", image: "x:1" }], ...spec },
});
const hostPid = pod({ hostPID: true });
const WOULD = 'would violate PodSecurity "baseline:v1.20": host namespaces (hostPID=true)';
const WARNED = { warn: "baseline", "warn-version": "v1.20" };
const REFUSED = '403 pods "one" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)';

test("pod security: pods are refused, or warned of", () => {
  assert.equal(said({ labels: { enforce: "baseline" }, object: hostPid }), REFUSED);
  assert.deepEqual(said({ labels: WARNED, object: hostPid }), [WOULD]);
  assert.deepEqual(said({ labels: {}, object: hostPid }), []);
  assert.deepEqual(said({ labels: { enforce: "baseline" }, object: pod() }), []);
  assert.equal(said({ object: pod() }), '500 Internal error occurred: failed to lookup namespace "web"');
});

test("pod security: a changed pod is looked at when its containers or images are others", () => {
  const labels = { enforce: "baseline" };
  const change = (spec: object, old = hostPid, subresource = "") =>
    said({ labels, operation: "UPDATE", object: pod({ hostPID: true, ...spec }), old, subresource });
  const debug = (image: string) => ({ ephemeralContainers: [{ name: "debug", image }] });
  assert.deepEqual(change({ activeDeadlineSeconds: 1 }), []);
  assert.equal(change({ containers: [{ name: "a", image: "x:2" }] }), REFUSED);
  assert.equal(change({ initContainers: [{ name: "b", image: "x:1" }] }), REFUSED);
  assert.equal(change(debug("x:1"), hostPid, "ephemeralcontainers"), REFUSED);
  assert.deepEqual(change(debug("x:1"), pod({ hostPID: true, ...debug("x:1") })), []);
  assert.equal(change(debug("x:2"), pod({ hostPID: true, ...debug("x:1") })), REFUSED);
  assert.deepEqual(change({ containers: [{ name: "a", image: "x:2" }] }, hostPid, "status"), []);
});

test("pod security: templates are warned of, by what is enforced if nothing else is said", () => {
  const template = { spec: { template: hostPid } };
  for (const resource of [
    "apps/deployments",
    "apps/replicasets",
    "apps/daemonsets",
    "apps/statefulsets",
    "batch/jobs",
    "/replicationcontrollers",
  ]) {
    assert.deepEqual(said({ resource, labels: WARNED, object: template }), [WOULD], resource);
  }
  assert.deepEqual(said({ resource: "/podtemplates", labels: WARNED, object: { template: hostPid } }), [WOULD]);
  const cronJob = { spec: { jobTemplate: { spec: { template: hostPid } } } };
  assert.deepEqual(said({ resource: "batch/cronjobs", labels: WARNED, object: cronJob }), [WOULD]);
  assert.deepEqual(said({ resource: "apps/deployments", labels: { enforce: "baseline" }, object: template }), [
    'would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)',
  ]);
  assert.deepEqual(said({ resource: "/replicationcontrollers", labels: WARNED, object: { spec: {} } }), []);
  assert.deepEqual(said({ resource: "apps/deployments", subresource: "scale", labels: WARNED, object: {} }), []);
  assert.deepEqual(said({ resource: "apps/controllerrevisions", labels: WARNED, object: template }), []);
});

test("pod security: labels are checked where they change, and pods looked at where more is asked of them", () => {
  const space = (labels: Labels) => ({ metadata: { name: "web", labels: labelled(labels) } });
  const made = (labels: Labels) => said({ resource: "/namespaces", object: space(labels) });
  const changed = (before: Labels, labels: Labels) =>
    said({ resource: "/namespaces", operation: "UPDATE", object: space(labels), old: space(before) });
  const wrong = `422 Namespace "web" is invalid: metadata.labels[${PREFIX}warn]: Invalid value: "a": must be one of privileged, baseline, restricted`;
  assert.deepEqual(made({ enforce: "restricted" }), []);
  assert.equal(made({ warn: "a" }), wrong);
  assert.equal(changed({}, { warn: "a" }), wrong);
  assert.equal(changed({ warn: "b" }, { warn: "a" }), wrong);
  assert.deepEqual(changed({ warn: "a" }, { warn: "a" }), []);
  const pods = (version: string) => [
    `existing pods in namespace "web" violate the new PodSecurity enforce level "baseline:${version}"`,
    "one: host namespaces",
  ];
  assert.deepEqual(changed({}, { enforce: "baseline" }), pods("latest"));
  assert.deepEqual(changed({ enforce: "restricted" }, { enforce: "baseline" }), []);
  assert.deepEqual(changed({ enforce: "baseline" }, { enforce: "baseline" }), []);
  assert.deepEqual(
    changed({ enforce: "restricted" }, { enforce: "baseline", "enforce-version": "v1.9" }),
    pods("v1.9"),
  );
  assert.deepEqual(changed({ enforce: "baseline" }, {}), []);
});
