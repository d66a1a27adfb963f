import assert from "node:assert/strict";
import { buildImages } from "../../tools/images/build.ts";
import { story } from "../story/story.ts";

const IMAGES = ["ghcr.io/subicura/echo:v1"];
const IDENTITY =
  "kubectl get deployment,service,configmap kept -o jsonpath='{range .items[*]}{.metadata.uid} {.spec.clusterIP}{\"\\n\"}{end}'";

story("Saved, lost and brought back", IMAGES, [
  [
    "backup, reset, restore: everything of the moment of the backup is there again, and runs",
    async ({ shell, nodeShell, address, upAgain }) => {
      await shell.ok("kubectl create deployment kept --image=ghcr.io/subicura/echo:v1 --replicas=2");
      await shell.ok("kubectl create service nodeport kept --tcp=3000 --node-port=30400");
      await shell.ok("kubectl create configmap kept --from-literal=a=b");
      await shell.ok("kubectl rollout status deployment/kept --timeout=60s");
      await shell.until(`curl -sS --max-time 3 http://${address}:30400`, /^v1 - kept-/);
      const before = await shell.ok(IDENTITY);
      await nodeShell.ok("wherry backup saved.tar");
      await shell.ok("kubectl create configmap later --from-literal=a=b");
      await nodeShell.ok("wherry reset --yes");
      assert.match(await shell.fails("kubectl get --raw /readyz --request-timeout=2s"), /refused|timeout/i);
      await nodeShell.ok("wherry restore saved.tar");
      await upAgain();
      await nodeShell.ok(`wherry image load ${(await buildImages(IMAGES, { progress: console.log })).join(" ")}`);
      assert.equal(await shell.ok(IDENTITY), before);
      assert.match(await shell.fails("kubectl get configmap later"), /configmaps "later" not found/);
      await shell.until(`curl -sS --max-time 3 http://${address}:30400`, /^v1 - kept-/, 60_000);
      await shell.ok("kubectl wait --for=condition=Available deployment/kept --timeout=60s");
    },
  ],
]);
