import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { startTestServer } from "../testing.ts";

test("a prefix for names is checked by itself, by some kinds as part of the name alone, and by the server last", async () => {
  await using server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const told = async (collection: string, name: string, generateName: string) => {
    const body = { metadata: { name, generateName } };
    const { status, text } = await server.ask(`POST ${collection}?dryRun=All`, { body });
    const { details = {} } = JSON.parse(text) as {
      readonly details?: { readonly causes?: readonly { field: string }[] };
    };
    return [status, ...(details.causes ?? []).map(({ field }) => field)];
  };
  const priorities = "/apis/scheduling.k8s.io/v1/priorityclasses";
  assert.deepEqual(await told(priorities, "one", "Not valid!"), [422, "metadata.generateName"]);
  assert.deepEqual(await told(priorities, "", "a/b"), [422, "metadata.generateName", "metadata.name"]);
  const classes = "/apis/resource.k8s.io/v1/deviceclasses";
  assert.deepEqual(await told(classes, "one", "Not valid!"), [201]);
  assert.deepEqual(await told(classes, "", "Not valid!"), [422, "metadata.name"]);
  assert.deepEqual(await told(classes, "one", "a/b"), [422, "metadata.generateName"]);
  assert.deepEqual(await told(classes, "", "a/b"), [422, "metadata.name"]);
  assert.deepEqual(await told("/apis/rbac.authorization.k8s.io/v1/clusterroles", "one", ".."), [201]);
});
