import assert from "node:assert/strict";
import type { Cluster } from "../cluster.ts";
import { story, table } from "../story/story.ts";

const KILLS = 10;

const ECHO = `apiVersion: apps/v1
kind: Deployment
metadata: { name: echo }
spec:
  replicas: 3
  selector: { matchLabels: { app: echo } }
  template:
    metadata: { labels: { app: echo } }
    spec:
      containers:
        - name: echo
          image: ghcr.io/subicura/echo:v1
          livenessProbe: { httpGet: { path: /, port: 3000 }, periodSeconds: 1, failureThreshold: 3 }
          readinessProbe: { httpGet: { path: /, port: 3000 }, periodSeconds: 1, failureThreshold: 3 }
---
apiVersion: v1
kind: Service
metadata: { name: echo }
spec: { type: NodePort, selector: { app: echo }, ports: [{ port: 3000, nodePort: 30300 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: steady }
spec:
  containers: [{ name: steady, image: busybox, command: [sleep, "100000"] }]
`;

/** What must not change: each container's id and how often it was restarted. */
const CONTAINERS =
  "kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].containerID}{\"\\n\"}{end}'";

story(
  "Killed at any moment, server and agent go on where they were",
  ["busybox", "ghcr.io/subicura/echo:v1", "ghcr.io/subicura/echo:v2"],
  [
    [
      "a story to be interrupted",
      async ({ shell, address }) => {
        await shell.ok("kubectl apply -f -", { input: ECHO });
        await shell.ok("kubectl rollout status deployment/echo --timeout=60s");
        await shell.ok("kubectl wait --for=condition=Ready pod/steady --timeout=30s");
        await shell.until(`curl -sS --max-time 3 http://${address}:30300`, /^v1 - echo-/);
      },
    ],
    [
      "the server, ten times: every acknowledged write stays, no container is touched",
      async (cluster) => {
        const { shell, address } = cluster;
        const before = await shell.ok(CONTAINERS);
        const written: string[] = [];
        for (let round = 1; round <= KILLS; round++) {
          const created = await shell.until(
            `kubectl create configmap written-${round} --from-literal=n=${round}`,
            /created/,
          );
          assert.match(created, /created/);
          written.push(`written-${round}`);
          await shell.ok(`kubectl label pod steady round=${round} --overwrite`);
          await shell.ok("kubectl exec steady -- true");
          assert.equal(table(await shell.ok("kubectl get pods")).length, 4);
          await killAndAwait(cluster, "server");
          // Services are the kernel's: they answer while nobody rules.
          assert.match(await shell.ok(`curl -sS --max-time 3 http://${address}:30300`), /^v1 - echo-/);
        }
        await shell.until("kubectl get --raw /readyz", /^ok$/);
        const maps = await shell.ok("kubectl get configmaps -o name");
        for (const name of written) assert.match(maps, new RegExp(`^configmap/${name}$`, "m"));
        await shell.ok("kubectl rollout status deployment/echo --timeout=60s");
        assert.equal(await shell.ok(CONTAINERS), before);
      },
    ],
    [
      "the agent, ten times: no container is restarted",
      async (cluster) => {
        const { shell, address } = cluster;
        const before = await shell.ok(CONTAINERS);
        for (let round = 1; round <= KILLS; round++) {
          await killAndAwait(cluster, "agent");
          await shell.until("kubectl exec steady -- echo here", /^here$/m);
          assert.match(await shell.ok("kubectl logs deployment/echo"), /listening on port 3000/);
          await shell.ok("kubectl exec deployment/echo -- hostname");
          assert.match(await shell.ok(`curl -sS --max-time 3 http://${address}:30300`), /^v1 - echo-/);
        }
        assert.equal(await shell.ok(CONTAINERS), before);
        assert.equal(table(await shell.ok("kubectl get nodes"))[0]!["STATUS"], "Ready");
      },
    ],
    [
      "in the midst of rollouts, turn by turn",
      async (cluster) => {
        const { shell, address } = cluster;
        const steady = await shell.ok("kubectl get pod steady -o jsonpath={.status.containerStatuses[0].containerID}");
        for (const [version, victim] of [
          ["v2", "server"],
          ["v1", "agent"],
          ["v2", "agent"],
          ["v1", "server"],
        ] as const) {
          await shell.until(`kubectl set image deployment/echo echo=ghcr.io/subicura/echo:${version}`, /image updated/);
          await killAndAwait(cluster, victim);
          await shell.until("kubectl rollout status deployment/echo --timeout=60s", /successfully rolled out/);
          await shell.until(`curl -sS --max-time 3 http://${address}:30300`, new RegExp(`^${version} - echo-`));
        }
        const rows = table(await shell.until("kubectl get pods -l app=echo", (text) => table(text).length === 3));
        for (const { RESTARTS, STATUS } of rows) assert.deepEqual([RESTARTS, STATUS], ["0", "Running"]);
        assert.equal(
          await shell.ok("kubectl get pod steady -o jsonpath={.status.containerStatuses[0].containerID}"),
          steady,
        );
      },
    ],
    [
      "nothing that is deleted meanwhile stays behind",
      async (cluster) => {
        const { shell, runtime } = cluster;
        await shell.ok("kubectl delete pod steady --wait=false --grace-period=1");
        await killAndAwait(cluster, "agent");
        await shell.until("kubectl get pods --no-headers", (text) => !text.includes("steady"));
        // The object goes once nothing runs; the sandbox's last traces go after it.
        const { signal } = new AbortController();
        const remains = async () =>
          (await runtime.sandboxes({ signal })).some(({ identity }) => identity.name === "steady");
        for (const deadline = Date.now() + 30_000; await remains();) {
          assert.ok(Date.now() < deadline, "the sandbox of a pod that is gone stays");
          await shell.ok("true");
        }
      },
    ],
  ],
);

/** Kills a process with SIGKILL and waits until another one is in its place. */
async function killAndAwait({ shell, pidOf }: Cluster, victim: "server" | "agent"): Promise<void> {
  const old = await pidOf(victim);
  assert.ok(old !== undefined, `no ${victim} runs`);
  process.kill(old, "SIGKILL");
  const deadline = Date.now() + 30_000;
  for (;;) {
    const now = await pidOf(victim);
    if (now !== undefined && now !== old) return;
    assert.ok(Date.now() < deadline, `the ${victim} is not started again`);
    await shell.ok("true");
  }
}
