import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../host/node/clock.ts";
import { adminAccess } from "./admin-access.ts";
import { settle } from "./join/settle.ts";
import { startTestServer } from "./join/test-server.ts";
import { registerNode } from "./nodes/register.ts";

test("pod parts: nodes of this machine and machines that join at the same time get parts of their own, and keep them", async () => {
  await using opened = await startTestServer();
  const { client, server } = opened;
  using access = adminAccess(server.pki, server.url);
  const waits = { clock: createClock({ holdProcess: true }), signal: new AbortController().signal };
  const draft = (name: string) => ({
    name,
    labels: { own: "yes" },
    taints: [{ key: "a", effect: "NoSchedule" as const }],
  });
  const joins = (nodeName: string) => settle(client, { nodeName, labels: {}, taints: [] }, waits);
  const parts = await Promise.all([
    ...["a", "b", "c"].map((name) => registerNode(access, draft(name), waits)),
    ...["d", "e", "f"].map(async (name) => (await joins(name)).podCidr),
  ]);
  assert.deepEqual(
    parts.toSorted(),
    Array.from({ length: 6 }, (_, index) => `10.244.${index}.0/24`),
  );
  assert.equal(await registerNode(access, { ...draft("a"), podCidr: "10.244.9.0/24" }, waits), parts[0]);
  // One that a cluster without a memory has forgotten.
  assert.equal(await registerNode(access, { ...draft("g"), podCidr: "10.244.9.0/24" }, waits), "10.244.9.0/24");
});
