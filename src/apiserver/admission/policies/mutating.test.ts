import assert from "node:assert/strict";
import { test } from "node:test";
import { MutatingAdmissionPolicyBinding } from "../../../api/admissionregistration/v1/mutating-admission-policy-binding.ts";
import { MutatingAdmissionPolicy } from "../../../api/admissionregistration/v1/mutating-admission-policy.ts";
import { MutatingWebhookConfiguration } from "../../../api/admissionregistration/v1/mutating-webhook-configuration.ts";
import { Deployment } from "../../../api/apps/v1/deployment.ts";
import { simulatedSigner } from "../../../host/sim/token-signer.ts";
import { VirtualClock } from "../../../host/sim/virtual-clock.ts";
import type { Draft } from "../../../machinery/object.ts";
import { startTestServer } from "../../testing.ts";

const { signal } = new AbortController();

async function newServer() {
  const server = await startTestServer({
    clock: new VirtualClock(),
    signer: simulatedSigner,
    webhooks: {
      post: async (_target, body) => {
        const { uid } = (body as { request: { uid: string } }).request;
        const patch = btoa(JSON.stringify([{ op: "add", path: "/metadata/labels", value: { by: "webhook" } }]));
        const response = { uid, allowed: true, patchType: "JSONPatch", patch };
        return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response };
      },
    },
  });
  const rule = { operations: ["CREATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] };
  const policy = (name: string, spec: object) =>
    server.client.create(
      MutatingAdmissionPolicy,
      {
        metadata: { name },
        spec: { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: "Never", ...spec },
      } as unknown as Draft<MutatingAdmissionPolicy>,
      { signal },
    );
  return {
    server,
    rule,
    policy,
    bound: async (name: string, spec: object) => {
      await policy(name, spec);
      await server.client.create(
        MutatingAdmissionPolicyBinding,
        { metadata: { name: `${name}-binding` }, spec: { policyName: name } } as Draft<MutatingAdmissionPolicyBinding>,
        { signal },
      );
    },
    deployment: (name: string) =>
      server.client.create(
        Deployment,
        {
          metadata: { name, namespace: "default" },
          spec: {
            replicas: 1,
            selector: { matchLabels: { app: name } },
            template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "i" }] } },
          },
        } as unknown as Draft<Deployment>,
        { signal },
      ),
  };
}

const apply = (expression: string) => ({ patchType: "ApplyConfiguration", applyConfiguration: { expression } });
const patch = (expression: string) => ({ patchType: "JSONPatch", jsonPatch: { expression } });

test("policies: objects made by expressions are laid over what is there, with lists merged by their keys", async () => {
  const { server, bound, deployment } = await newServer();
  await using _server = server;
  await bound("more", {
    variables: [{ name: "wanted", expression: "object.spec.replicas + 1" }],
    mutations: [
      apply("Object{spec: Object.spec{replicas: variables.wanted}}"),
      apply(`Object{
        metadata: Object.metadata{annotations: {"app/is": "mutated", "replicas": string(object.spec.replicas)}},
        spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{
          containers: [Object.spec.template.spec.containers{name: "sidecar", image: "side"}]
        }}}
      }`),
    ],
  });
  const { metadata, spec } = await deployment("web");
  assert.equal(spec.replicas, 2);
  assert.deepEqual(metadata.annotations, { "app/is": "mutated", replicas: "2" });
  const containers = spec.template.spec.containers.map(({ name, image }) => `${name}=${image}`);
  assert.deepEqual(containers, ["c=i", "sidecar=side"]);
});

test("policies: patches made by expressions are applied in order; a test that fails leaves the object as it is", async () => {
  const { server, bound, deployment } = await newServer();
  await using _server = server;
  await bound("labels", {
    mutations: [
      patch(`[
        JSONPatch{op: "add", path: "/metadata/labels", value: {"a": "1"}},
        JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("x.io/y"), value: "b.c"}
      ]`),
      patch(
        '[JSONPatch{op: "test", path: "/spec/replicas", value: 7}, JSONPatch{op: "remove", path: "/metadata/labels"}]',
      ),
      patch('object.metadata.labels["a"] == "1" ? [JSONPatch{op: "replace", path: "/spec/replicas", value: 3}] : []'),
    ],
  });
  const { metadata, spec } = await deployment("web");
  assert.deepEqual(metadata.labels, { a: "1", "x.io/y": "b.c" });
  assert.equal(spec.replicas, 3);
});

test("policies: who wants to see what others made is asked again", async () => {
  const { server, bound, deployment, rule } = await newServer();
  await using _server = server;
  const count = (name: string) =>
    apply(
      `Object{metadata: Object.metadata{annotations: {"${name}": string(object.?metadata.?labels.?by.orValue("nobody"))}}}`,
    );
  await bound("a", { reinvocationPolicy: "IfNeeded", mutations: [count("a")] });
  await bound("b", { mutations: [count("b")] });
  await server.client.create(
    MutatingWebhookConfiguration,
    {
      metadata: { name: "m" },
      webhooks: [
        {
          name: "labels.example.com",
          clientConfig: { service: { namespace: "default", name: "hooks" } },
          rules: [rule],
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    } as unknown as Draft<MutatingWebhookConfiguration>,
    { signal },
  );
  const { metadata } = await deployment("web");
  assert.deepEqual(metadata.annotations, { a: "webhook", b: "nobody" });
});

test("policies: a change that does not work denies the write, unless failures are ignored", async () => {
  const { server, bound, deployment } = await newServer();
  await using _server = server;
  const wrong = [apply("Object{spec: Object.spec{template: Object.spec.wrong{}}}")];
  await bound("ignored", { failurePolicy: "Ignore", mutations: wrong });
  await deployment("a");
  await bound("wrong", { mutations: wrong });
  const path = "which matches field name path from root Object type";
  await assert.rejects(deployment("b"), {
    code: 403,
    message: `policy 'wrong' with binding 'wrong-binding' denied request: type mismatch: unexpected type name "Object.spec.wrong", expected "Object.spec.template", ${path}`,
  });
  await server.client.delete(MutatingAdmissionPolicyBinding, { name: "wrong-binding" }, { signal });
  const selector = "selector: Object.spec.selector{matchLabels: {'a': 'b'}}";
  await bound("atomic", { mutations: [apply(`Object{spec: Object.spec{${selector}}}`)] });
  await assert.rejects(deployment("c"), /may not mutate atomic arrays, maps or structs: \.spec\.selector$/);
});

test("policies: what is wrong with one that changes objects", async () => {
  const { server, policy, rule } = await newServer();
  await using _server = server;
  const deletes = { matchConstraints: { resourceRules: [{ ...rule, operations: ["CREATE", "DELETE"] }] } };
  const mutations = [
    apply("Object{"),
    apply("JSONPatch{}"),
    patch("Object{}"),
    { patchType: "JSONPatch", applyConfiguration: { expression: "Object{}" } },
    { patchType: "Magic" },
  ];
  await assert.rejects(policy("p", { ...deletes, mutations, reinvocationPolicy: "" }), (error: Error) => {
    for (const part of [
      'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
      "spec.mutations[0].applyConfiguration.expression: Invalid value",
      'spec.mutations[1].applyConfiguration.expression: Invalid value: "JSONPatch{}": must evaluate to Object but got JSONPatch',
      'spec.mutations[2].jsonPatch.expression: Invalid value: "Object{}": must evaluate to list(JSONPatch) but got Object',
      "spec.mutations[3].jsonPatch: Required value: must be specified when patchType is JSONPatch",
      "spec.mutations[3].applyConfiguration: Invalid value",
      'spec.mutations[4].patchType: Unsupported value: "Magic": supported values: "ApplyConfiguration", "JSONPatch"',
      "spec.reinvocationPolicy: Required value",
    ]) {
      assert(error.message.includes(part), `${part} in ${error.message}`);
    }
    return true;
  });
});
