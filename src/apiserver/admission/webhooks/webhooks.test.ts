import assert from "node:assert/strict";
import { test } from "node:test";
import { MutatingWebhookConfiguration } from "../../../api/admissionregistration/v1/mutating-webhook-configuration.ts";
import { ValidatingWebhookConfiguration } from "../../../api/admissionregistration/v1/validating-webhook-configuration.ts";
import { ConfigMap } from "../../../api/core/v1/config-map.ts";
import { simulatedSigner } from "../../../host/sim/token-signer.ts";
import { VirtualClock } from "../../../host/sim/virtual-clock.ts";
import type { Draft } from "../../../machinery/object.ts";
import { startTestServer } from "../../testing.ts";

const { signal } = new AbortController();

interface Review {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: { readonly metadata: { readonly name: string }; readonly data?: Record<string, string> } | null;
    readonly oldObject: object | null;
    readonly userInfo: { readonly username: string };
    readonly dryRun: boolean;
  };
}

/** By path: what the webhook there answers. */
type Answers = Readonly<Record<string, (review: Review) => object>>;

async function newServer(answers: Answers) {
  const asked: string[] = [];
  const server = await startTestServer({
    clock: new VirtualClock(),
    signer: simulatedSigner,
    webhooks: {
      post: async ({ url }, body) => {
        const path = new URL(url).pathname.slice(1);
        const review = body as Review;
        asked.push(`${path} ${review.request.operation} ${review.request.object?.metadata.name ?? "-"}`);
        const answer = answers[path];
        if (answer === undefined) throw new Error(`Post "${url}": context deadline exceeded`);
        const response = { uid: review.request.uid, allowed: true, ...answer(review) };
        return { kind: "AdmissionReview", apiVersion: "admission.k8s.io/v1", response };
      },
    },
  });
  const hook = (path: string, more: object = {}) => ({
    name: `${path}.example.com`,
    clientConfig: { service: { namespace: "default", name: "hooks", path: `/${path}` } },
    rules: [{ operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    ...more,
  });
  const mutating = (...webhooks: object[]) =>
    server.client.create(
      MutatingWebhookConfiguration,
      { metadata: { name: "m" }, webhooks } as unknown as Draft<MutatingWebhookConfiguration>,
      { signal },
    );
  const validating = (...webhooks: object[]) =>
    server.client.create(
      ValidatingWebhookConfiguration,
      { metadata: { name: "v" }, webhooks } as unknown as Draft<ValidatingWebhookConfiguration>,
      { signal },
    );
  const create = (name: string, more: object = {}) =>
    server.client.create(ConfigMap, { metadata: { name, namespace: "default" } } as Draft<ConfigMap>, {
      signal,
      ...more,
    });
  return { server, asked, hook, mutating, validating, create };
}

const patching = (...operations: object[]) => ({
  patchType: "JSONPatch",
  patch: btoa(JSON.stringify(operations)),
});

test("webhooks: each changes the object that the one before left; who wants to is asked again", async () => {
  const { server, asked, hook, mutating, create } = await newServer({
    first: ({ request }) =>
      request.object?.data?.["second"] === undefined
        ? patching({ op: "add", path: "/data", value: { first: "1" } })
        : patching({ op: "add", path: "/data/again", value: "yes" }),
    second: () => patching({ op: "add", path: "/data/second", value: "2" }),
  });
  await using _server = server;
  await mutating(hook("first", { reinvocationPolicy: "IfNeeded" }), hook("second"));
  assert.deepEqual((await create("a")).data, { again: "yes", first: "1", second: "2" });
  assert.deepEqual(asked, ["first CREATE a", "second CREATE a", "first CREATE a"]);
});

test("webhooks: a refusal is told with the webhook's name; deletions are asked about, too", async () => {
  const { server, hook, validating, create } = await newServer({
    no: ({ request }) => {
      if (request.operation === "DELETE") assert.notEqual(request.oldObject, null);
      if (request.object?.metadata.name === "good") return {};
      return { allowed: false, status: { code: 403, reason: "Forbidden", message: "not today" } };
    },
  });
  await using _server = server;
  await validating(hook("no"));
  await create("good");
  await assert.rejects(create("bad"), {
    name: "StatusError",
    code: 403,
    message: 'admission webhook "no.example.com" denied the request: not today',
  });
  const deletion = server.client.delete(ConfigMap, { namespace: "default", name: "good" }, { signal });
  await assert.rejects(deletion, /denied the request: not today/);
});

test("webhooks: without explanation, of a dry run, and where nobody answers", async () => {
  const { server, hook, validating, create } = await newServer({ mute: () => ({ allowed: false }) });
  await using _server = server;
  await validating(hook("mute", { timeoutSeconds: 3 }));
  await assert.rejects(create("a"), {
    code: 400,
    message: 'admission webhook "mute.example.com" denied the request without explanation',
  });
  await server.client.delete(ValidatingWebhookConfiguration, { name: "v" }, { signal });
  await validating(hook("away", { failurePolicy: "Ignore" }));
  await create("ignored");
  await server.client.delete(ValidatingWebhookConfiguration, { name: "v" }, { signal });
  await validating(hook("away"));
  await assert.rejects(create("b"), {
    code: 500,
    message:
      'Internal error occurred: failed calling webhook "away.example.com": failed to call webhook: Post "https://hooks.default.svc:443/away?timeout=10s": context deadline exceeded',
  });
});

test("webhooks: what breaks the contract is a failed call", async () => {
  const { server, hook, validating, create } = await newServer({
    other: () => ({ uid: "another" }),
  });
  await using _server = server;
  await validating(hook("other"));
  await assert.rejects(
    create("a"),
    /received invalid webhook response: expected response\.uid="[0-9a-f-]+", got "another"/,
  );
});

test("webhooks: configurations are checked, and never asked about themselves", async () => {
  const { server, asked, hook, validating } = await newServer({ all: () => ({ allowed: false }) });
  await using _server = server;
  const everything = [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }];
  await validating(hook("all", { rules: everything }));
  await server.client.delete(ValidatingWebhookConfiguration, { name: "v" }, { signal });
  assert.deepEqual(asked, []);
  const wrong = hook("wrong", {
    name: "short",
    sideEffects: "Some",
    timeoutSeconds: 31,
    admissionReviewVersions: ["v9"],
  });
  await assert.rejects(validating(wrong), (error: Error) => {
    for (const part of [
      'webhooks[0].name: Invalid value: "short": should be a domain with at least three segments separated by dots',
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      "webhooks[0].timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds",
      'webhooks[0].admissionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
    ]) {
      assert(error.message.includes(part), `${part} in ${error.message}`);
    }
    return true;
  });
});

test("webhooks: conditions choose what is asked about, and must be expressions", async () => {
  const { server, asked, hook, mutating, validating, create } = await newServer({ some: () => ({}) });
  await using _server = server;
  const where = (expression: string) => ({ matchConditions: [{ name: "not-this", expression }] });
  await mutating(hook("some", where("object.metadata.name != 'skip-me' && request.operation == 'CREATE'")));
  await create("skip-me");
  await create("a");
  assert.deepEqual(asked, ["some CREATE a"]);
  await assert.rejects(
    validating(hook("some", where("object.["))),
    /matchConditions\[0\]\.expression: .*compilation failed/,
  );
  await validating(hook("some", where("object.data.nothing == 'x'")));
  await assert.rejects(create("b"), {
    code: 403,
    message: /configmaps "b" is forbidden: expression .* resulted in error/,
  });
});
