import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../api/core/v1/secret.ts";
import { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { simulate } from "../../cluster/testing.ts";
import { decodeBase64 } from "../../machinery/base64.ts";
import { serviceAccountTokenController } from "./controller.ts";

const { signal } = new AbortController();
const start = () => simulate({ controllers: [serviceAccountTokenController("root certificate")] as never });
const asking = (name: string, account: string) => ({
  metadata: { name, annotations: { "kubernetes.io/service-account.name": account } },
  type: "kubernetes.io/service-account-token",
});

test("a secret that asks for it gets a token of its account, and goes with the account", async () => {
  await using world = await start();
  const robot = await world.apply(ServiceAccount, { metadata: { name: "robot" } });
  await world.apply(Secret, asking("token", "robot"));
  await world.apply(Secret, { metadata: { name: "other" }, type: "Opaque" });
  await world.settle();
  const [token] = world.list(Secret).filter(({ metadata }) => metadata.name === "token");
  assert.equal(token?.metadata.annotations?.["kubernetes.io/service-account.uid"], robot.metadata.uid);
  assert.equal(decodeBase64(token.data!["ca.crt"]!), "root certificate");
  assert.equal(decodeBase64(token.data!["namespace"]!), robot.metadata.namespace);
  assert.notEqual(token.data!["token"], "");
  await world.assertQuiet();
  await world.client.delete(ServiceAccount, robot.metadata, { signal });
  await world.settle();
  assert.deepEqual(
    world.list(Secret).map(({ metadata }) => metadata.name),
    ["other"],
  );
});

test("a secret that names no account that there is goes at once", async () => {
  await using world = await start();
  await world.apply(Secret, asking("token", "nobody"));
  await world.settle();
  assert.deepEqual(world.list(Secret), []);
});
