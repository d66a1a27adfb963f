import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { CLUSTER_INFO } from "../../api/bootstrap/token.ts";
import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Secret } from "../../api/core/v1/secret.ts";
import { simulate } from "../../cluster/testing.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Draft } from "../../machinery/object.ts";
import { tokenCleaner } from "../tokencleaner/controller.ts";
import { bootstrapSigner } from "./controller.ts";

const ID = "abcdef";
const SECRET = "0123456789abcdef";
const KUBECONFIG = "kind: Config\n";

function token(fields: Readonly<Record<string, string>> = {}): Draft<Secret> {
  return {
    metadata: { name: `bootstrap-token-${ID}`, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData: { "token-id": ID, "token-secret": SECRET, "usage-bootstrap-signing": "true", ...fields },
  };
}

async function worldWith(fields?: Readonly<Record<string, string>>) {
  const world = await simulate({ controllers: [bootstrapSigner(), tokenCleaner()] });
  await world.apply(ConfigMap, { metadata: CLUSTER_INFO, data: { kubeconfig: KUBECONFIG, "jws-kubeconfig-old": "x" } });
  await world.apply(Secret, token(fields));
  await world.settle();
  return world;
}

test("bootstrapsigner: every token signs what the cluster says of itself, and forgotten signatures go", async () => {
  await using world = await worldWith();
  const { data } = world.get(ConfigMap, CLUSTER_INFO.name, CLUSTER_INFO.namespace)!;
  const header = Buffer.from(JSON.stringify({ alg: "HS256", kid: ID })).toString("base64url");
  const content = Buffer.from(KUBECONFIG).toString("base64url");
  const mac = createHmac("sha256", SECRET).update(`${header}.${content}`).digest("base64url");
  assert.deepEqual(data, { kubeconfig: KUBECONFIG, [`jws-kubeconfig-${ID}`]: `${header}..${mac}` });
  await world.assertQuiet();
});

test("tokencleaner: a token ends in time, and its signature with it", async () => {
  await using world = await worldWith();
  const now = world.clock.now();
  await world.apply(Secret, token({ expiration: formatTime(now + 600_000) }));
  await world.settle();
  await world.assertQuiet();
  await world.advance(601_000);
  await world.settle();
  assert.equal(world.get(Secret, `bootstrap-token-${ID}`, "kube-system"), undefined);
  const { data } = world.get(ConfigMap, CLUSTER_INFO.name, CLUSTER_INFO.namespace)!;
  assert.deepEqual(data, { kubeconfig: KUBECONFIG });
  await world.assertQuiet();
});

const UNSIGNED: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["has no such usage", { "usage-bootstrap-signing": "false" }],
  ["does not say its own name", { "token-id": "ghijkl" }],
  ["has no secret", { "token-secret": "" }],
];

for (const [why, fields] of UNSIGNED) {
  test(`bootstrapsigner: a token that ${why} signs nothing`, async () => {
    await using world = await worldWith(fields);
    const { data } = world.get(ConfigMap, CLUSTER_INFO.name, CLUSTER_INFO.namespace)!;
    assert.deepEqual(data, { kubeconfig: KUBECONFIG });
  });
}
