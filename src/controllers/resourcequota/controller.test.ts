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
  await world.apply(ResourceQuota, { metadata: { name: "all" }, spec: { hard } });
  await world.apply(ResourceQuota, {
    metadata: { name: "idle" },
    spec: { hard: { pods: "5" }, scopes: ["BestEffort"] },
  });
  await world.apply(Pod, pod("a", { requests: { cpu: "500m" }, limits: { cpu: "1", memory: "128Mi" } }));
  await world.apply(Pod, pod("b", { requests: { cpu: "250m" }, limits: { cpu: "1", memory: "128Mi" } }));
  await world.apply(Pod, pod("c", {}));
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
