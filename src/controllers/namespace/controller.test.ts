import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Namespace } from "../../api/core/v1/namespace.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate } from "../../cluster/testing.ts";
import { conditionOf } from "../conditions.ts";
import { rootCaPublisher } from "../root-ca-publisher/controller.ts";
import { serviceAccountController } from "../serviceaccount/controller.ts";
import { namespaceController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = [
  namespaceController(createRegistry(builtInKinds())),
  serviceAccountController,
  rootCaPublisher("PEM"),
] as never;

const pod = { metadata: { namespace: "team", name: "a" }, spec: { containers: [{ name: "web", image: "nginx" }] } };

test("namespace: gets what every namespace has, and goes with all it holds", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Namespace, { metadata: { name: "team" } });
  await world.settle();
  assert.equal(world.get(ConfigMap, "kube-root-ca.crt", "team")?.data?.["ca.crt"], "PEM");
  assert(world.get(ServiceAccount, "default", "team") !== undefined);
  await world.client.delete(ServiceAccount, { namespace: "team", name: "default" }, { signal });
  await world.settle();
  assert(world.get(ServiceAccount, "default", "team") !== undefined, "the account comes back");
  await world.apply(Pod, pod);
  await world.client.delete(Namespace, { name: "team" }, { signal });
  await world.settle();
  assert.equal(
    world.list(Namespace).some(({ metadata }) => metadata.name === "team"),
    false,
  );
  assert.deepEqual(world.list(ConfigMap, "team"), []);
  await world.assertQuiet();
});

test("namespace: says what holds it up", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Namespace, { metadata: { name: "team" } });
  await world.apply(ConfigMap, { metadata: { namespace: "team", name: "kept", finalizers: ["test/kept"] } });
  await world.client.delete(Namespace, { name: "team" }, { signal });
  await world.settle();
  const { status } = world.list(Namespace).find(({ metadata }) => metadata.name === "team")!;
  assert.equal(status.phase, "Terminating");
  assert.equal(
    conditionOf(status.conditions, "NamespaceContentRemaining")?.message,
    "Some resources are remaining: configmaps. has 1 resource instances",
  );
  assert.equal(
    conditionOf(status.conditions, "NamespaceFinalizersRemaining")?.message,
    "Some content in the namespace has finalizers remaining: test/kept in 1 resource instances",
  );
  await world.client.patch(
    ConfigMap,
    { namespace: "team", name: "kept" },
    mergePatch({ metadata: { finalizers: null } }),
    {
      signal,
    },
  );
  await world.advance(10_000);
  await world.settle();
  assert.equal(
    world.list(Namespace).some(({ metadata }) => metadata.name === "team"),
    false,
  );
  await world.assertQuiet();
});
