import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { ResourceQuota } from "../../api/core/v1/resource-quota.ts";
import { Service } from "../../api/core/v1/service.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { simulate } from "../../cluster/testing.ts";
import { playKubelet } from "../testing.ts";
import { resourceQuotaController } from "./controller.ts";

const controllers = () => [resourceQuotaController(createRegistry(builtInKinds()))];
const pod = (name: string, resources: object) => ({
  metadata: { name },
  spec: { containers: [{ name: "web", image: "nginx", resources }] },
});

test("resourcequota: counts what is there, and what goes", async () => {
  await using world = await simulate({ controllers: controllers() });
  const hard = {
    pods: "5",
    "requests.cpu": "2",
    "limits.memory": "1Gi",
    services: "3",
    "services.nodeports": "2",
    "count/configmaps": "9",
    "example.com/gpu": "1",
  };
  // Under the quota it would have to say what it needs.
  await world.apply(Pod, pod("c", {}));
  await world.apply(ResourceQuota, { metadata: { name: "all" }, spec: { hard } });
  await world.apply(ResourceQuota, {
    metadata: { name: "idle" },
    spec: { hard: { pods: "5" }, scopes: ["BestEffort"] },
  });
  await world.apply(Pod, pod("a", { requests: { cpu: "500m" }, limits: { cpu: "1", memory: "128Mi" } }));
  await world.apply(Pod, pod("b", { requests: { cpu: "250m" }, limits: { cpu: "1", memory: "128Mi" } }));
  await world.apply(Service, { metadata: { name: "web" }, spec: { type: "NodePort", ports: [{ port: 80 }] } });
  await world.apply(ConfigMap, { metadata: { name: "settings" } });
  await world.settle();
  const used = (name: string) => world.get(ResourceQuota, name)!.status.used!;
  assert.deepEqual(used("all"), {
    pods: "3",
    "requests.cpu": "750m",
    "limits.memory": "256Mi",
    services: "2",
    "services.nodeports": "1",
    "count/configmaps": "1",
  });
  assert.deepEqual(used("idle"), { pods: "1" });
  await playKubelet(world.client, world.get(Pod, "a")!, { ready: false, phase: "Succeeded" }, world.clock.now());
  await world.settle();
  assert.deepEqual([used("all")["pods"], used("all")["requests.cpu"]], ["2", "250m"]);
  await world.assertQuiet();
});

test("resourcequota: what is charged stays charged, and what is deleted is free again", async () => {
  await using world = await simulate({ controllers: controllers() });
  await world.apply(ResourceQuota, { metadata: { name: "few" }, spec: { hard: { pods: "3" } } });
  await world.settle();
  // All at once, as a loop would make them.
  const made = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => world.apply(Pod, pod(`p${index}`, {}))),
  );
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 3);
  const used = () => world.get(ResourceQuota, "few")!.status.used!["pods"];
  await world.settle();
  assert.equal(used(), "3");
  await assert.rejects(
    world.apply(Pod, pod("more", {})),
    /pods "more" is forbidden: exceeded quota: few, requested: pods=1, used: pods=3, limited: pods=3/,
  );
  const present = world.list(Pod)[0]!;
  await world.client.delete(Pod, present.metadata, { gracePeriodSeconds: 0 });
  await world.settle();
  assert.equal(used(), "2");
  const { name } = world.list(Pod)[0]!.metadata;
  await assert.rejects(
    world.client.create(Pod, { ...pod(name, {}), metadata: { namespace: "default", name } }),
    /already exists/,
  );
  // A charge for what was not made after all is taken back, once it is clear that nothing comes of it.
  await world.settle();
  assert.equal(used(), "3");
  await world.advance(11_000);
  assert.equal(used(), "2");
  await world.assertQuiet();
});
