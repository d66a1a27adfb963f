import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { Secret } from "../api/core/v1/secret.ts";
import { startTestServer } from "../apiserver/testing.ts";
import { silentLog } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { simulatedSigner } from "../host/sim/token-signer.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { createCache } from "./cache.ts";
import { createClient } from "./client.ts";

const { signal } = new AbortController();
const user = { name: "admin", uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };

test("cache: whole objects for those who ask for them, metadata for those who need no more", async () => {
  const clock = new VirtualClock();
  await using server = await startTestServer({ clock, signer: simulatedSigner });
  const tasks = new TaskGroup();
  const client = createClient(server.server.transport(user, "test"));
  const cache = createCache({ client, clock, random: seededRandom(1), log: silentLog, tasks });
  await client.create(ConfigMap, { metadata: { name: "a", namespace: "default", labels: { team: "x" } } }, { signal });
  const known = cache.informer(Secret);
  assert.equal(cache.metadata(Secret), known);
  const metadata = cache.metadata(ConfigMap);
  assert.equal(cache.metadata(ConfigMap), metadata);
  assert.equal(cache.started(ConfigMap), metadata);
  await clock.rest();
  await cache.synced();
  await client.create(ConfigMap, { metadata: { name: "b", namespace: "default" }, data: { text: "long" } }, { signal });
  await clock.rest();
  const shown = metadata.list().map((object) => [Object.keys(object), object.metadata.name, object.metadata.labels]);
  assert.deepEqual(shown, [
    [["apiVersion", "kind", "metadata"], "a", { team: "x" }],
    [["apiVersion", "kind", "metadata"], "b", undefined],
  ]);
  assert(metadata.list().every(({ metadata }) => metadata.managedFields === undefined));
  const whole = cache.informer(ConfigMap);
  assert.equal(cache.started(ConfigMap), whole);
  await clock.rest();
  assert.deepEqual(cache.get(ConfigMap, "default/b")?.data, { text: "long" });
  tasks.abort();
  await clock.rest();
});
