import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Container, Pod, PodSpec } from "../../src/api/generated/core-v1.ts";
import { silentLog } from "../../src/base/log.ts";
import { mergePatch, strategicPatch } from "../../src/client/client.ts";
import { cleanUpNode } from "../../src/host/node/containerd/cleanup.ts";
import { enterMountNamespace } from "../../src/host/node/containerd/mount-namespace.ts";
import { whyNoContainers } from "../../src/host/node/containerd/test-node.ts";
import { findHostParts } from "../../src/host/node/packages/find.ts";
import { ConfigMapKind, PodKind } from "../../src/kubelet/kinds.ts";
import { answerKubelet } from "../../src/kubelet/server/api.ts";
import type { Draft } from "../../src/machinery/object.ts";
import type { RealNode } from "./real-node.ts";
import { BRIDGE, CGROUPS, startRealNode } from "./real-node.ts";

// Real pods on a real containerd. The tests run in the node's mount namespace, as the agent does: outside of it, this file
// only makes the namespace and calls itself in it.

const inside = process.env["WHERRY_NODE_DIRECTORY"];
const skip = (await whyNoContainers()) ?? false;

if (inside === undefined) {
  test("kubelet: real pods, in the node's mount namespace", { skip }, async () => {
    await mkdir("/tmp/wherry-tests", { recursive: true });
    const directory = await mkdtemp("/tmp/wherry-tests/k");
    const { parts } = await findHostParts();
    const [program, ...args] = [
      ...(await enterMountNamespace(directory, parts!)),
      process.execPath,
      import.meta.filename,
    ];
    const { NODE_TEST_CONTEXT: _context, ...environment } = process.env;
    try {
      const output: Buffer[] = [];
      const child = spawn(program!, args, { env: { ...environment, WHERRY_NODE_DIRECTORY: directory } });
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => output.push(bytes));
      const code = await new Promise((resolve) => child.on("close", resolve));
      if (process.env["VERBOSE"] !== undefined) process.stdout.write(Buffer.concat(output));
      assert.equal(code, 0, Buffer.concat(output).toString());
    } finally {
      const { signal } = new AbortController();
      await cleanUpNode({
        directory,
        parts: parts!,
        bridge: BRIDGE,
        cgroupParent: CGROUPS,
        removeFiles: true,
        log: silentLog,
        signal,
      });
    }
  });
} else {
  describe("real pods", () => {
    let node: RealNode;
    before(async () => {
      node = await startRealNode(inside, ["busybox"]);
    });
    after(async () => {
      await node?.[Symbol.asyncDispose]();
    });

    const LIVE = "trap 'exit 0' TERM; touch /tmp/up; while true; do sleep 0.02; done";
    const running = (pod: Pod | undefined) =>
      pod?.status.phase === "Running" && pod.status.containerStatuses?.every(({ ready }) => ready) === true;
    const start = async (name: string, container: Partial<Container>, spec: Partial<PodSpec> = {}) => {
      await node.create(podOf(name, [shell("main", LIVE, container)], spec));
      return await node.until(name, running);
    };
    const run = async (name: string, command: string, container = "main") => {
      const id = node.kubelet.worker("default", name)!.life.containers.find((one) => one.name === container)!.id;
      const { stdout, exitCode } = await node.runtime.execSync(id, ["sh", "-c", command], 5000, {
        signal: node.signal,
      });
      assert.equal(exitCode, 0, command);
      return Buffer.from(stdout).toString();
    };
    const logs = async (name: string, query: string, container = "main") => {
      const answer = await answerKubelet(
        {
          method: "GET",
          path: `/containerLogs/default/${name}/${container}`,
          query: new URLSearchParams(query),
          headers: {},
          body: async () => new Uint8Array(0),
          signal: node.signal,
          peer: { address: "127.0.0.1" },
        },
        node.kubelet,
      );
      if (answer.body instanceof Uint8Array) return Buffer.from(answer.body).toString();
      const chunks: Uint8Array[] = [];
      if (answer.body?.type === "chunks") for await (const some of answer.body.chunks) chunks.push(...some);
      return Buffer.concat(chunks).toString();
    };

    test("a pod has its token, its names and the Services' variables", async (t) => {
      const took = await start("quick-0", {});
      t.diagnostic(`above the runtime's own time: ${(took - node.runtimeMs("quick-0")).toFixed(1)} ms`);
      assert.match(
        await run("quick-0", "cat /var/run/secrets/kubernetes.io/serviceaccount/token"),
        /^ey[\w-]+\.[\w-]+\.[\w-]+$/,
      );
      assert.equal(await run("quick-0", "cat /var/run/secrets/kubernetes.io/serviceaccount/namespace"), "default");
      assert.match(await run("quick-0", "echo $KUBERNETES_SERVICE_HOST"), /^10\.96\.0\.1\n$/);
      assert.match(await run("quick-0", "cat /etc/hosts; hostname"), /\tquick-0\nquick-0\n$/);
    });

    test("a file in the folder of static pods: its pod runs, is seen in the API, and goes with the file", async () => {
      const file = join(node.directory, "manifests", "own.json");
      const spec = podOf("own", [shell("main", `echo hello; ${LIVE}`, {})], {});
      await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "Pod", ...spec }));
      await node.until("own-node-1", running);
      assert.equal(await logs("own-node-1", ""), "hello\n");
      await rm(file);
      await node.until("own-node-1", (pod) => pod === undefined);
    });

    test("a container that ends at SIGTERM: its object goes, and its sandbox", async (t) => {
      await start("goodbye", {});
      await run("goodbye", "until test -e /tmp/up; do sleep 0.02; done");
      await node.client.delete(PodKind, { namespace: "default", name: "goodbye" }, { signal: node.signal });
      const took = await node.until("goodbye", (pod) => pod === undefined);
      t.diagnostic(`gone after ${took.toFixed(0)} ms`);
      await untilTrue("its sandbox is removed", async () => {
        const sandboxes = await node.runtime.sandboxes({ signal: node.signal });
        return !sandboxes.some(({ identity }) => identity.name === "goodbye");
      });
    });

    test("the first restart after a crash waits for nothing, the next one does", async (t) => {
      await node.create(podOf("crash", [shell("main", "sleep 0.2; echo last words > /dev/termination-log; exit 3")]));
      const ended = (pod: Pod | undefined) => pod?.status.containerStatuses?.[0];
      await node.until("crash", (pod) => ended(pod)?.restartCount === 1 && ended(pod)?.state?.running !== undefined);
      const [first] = (await node.get("crash"))!.status.containerStatuses!;
      assert.equal(first!.lastState?.terminated?.message, "last words\n");
      const facts = node.kubelet.worker("default", "crash")!.life.containers.toReversed();
      const gap = Number((facts[1]!.startedAt - facts[0]!.finishedAt) / 1_000_000n);
      t.diagnostic(`running again ${gap} ms after its end`);
      const restarts = node.kubelet.worker("default", "crash")!.life.backOffs["main"];
      assert.equal(restarts?.delayMs, 10_000, "it is the next restart that waits");
      await node.until("crash", (pod) => ended(pod)?.state?.waiting?.reason === "CrashLoopBackOff");
      assert.match(
        ended(await node.get("crash"))?.state?.waiting?.message ?? "",
        /^back-off 10s restarting failed container=main pod=crash_default\(/,
      );
    });

    test("two containers share an emptyDir and localhost; an init container comes before", async () => {
      const mount = { volumeMounts: [{ name: "shared", mountPath: "/shared" }] } as Partial<Container>;
      await node.create(
        podOf(
          "pair",
          [
            shell("main", `echo one > /shared/one; ${LIVE}`, mount),
            shell("second", `nc -l -p 8080 -e cat & ${LIVE}`, mount),
          ],
          {
            initContainers: [shell("first", "echo zero > /shared/zero", mount)],
            volumes: [{ name: "shared", emptyDir: { medium: "Memory", sizeLimit: "4Mi" } }],
          },
        ),
      );
      await node.until("pair", running);
      assert.equal(await run("pair", "cat /shared/zero /shared/one", "second"), "zero\none\n");
      assert.equal(await run("pair", "echo hello | nc 127.0.0.1 8080"), "hello\n");
      assert.match(await run("pair", "mount | grep /shared"), /tmpfs/);
    });

    test("a configMap as variables and as files, which follow its changes", async () => {
      const name = { namespace: "default", name: "config" };
      await node.client.create(ConfigMapKind, { metadata: name, data: { greeting: "hello" } }, { signal: node.signal });
      await start(
        "config",
        {
          env: [{ name: "GREETING", valueFrom: { configMapKeyRef: { name: "config", key: "greeting" } } }],
          volumeMounts: [{ name: "config", mountPath: "/config" }],
        } as Partial<Container>,
        { volumes: [{ name: "config", configMap: { name: "config", defaultMode: 0o644 } }] },
      );
      assert.equal(await run("config", "echo $GREETING; cat /config/greeting"), "hello\nhello");
      await node.client.patch(ConfigMapKind, name, mergePatch({ data: { greeting: "bye" } }), { signal: node.signal });
      await untilTrue("the file follows", async () => (await run("config", "cat /config/greeting")) === "bye");
    });

    test("what is missing is told, and taken up once it is there", async () => {
      const env = [{ name: "X", valueFrom: { configMapKeyRef: { name: "later", key: "x" } } }];
      await node.create(podOf("late", [shell("main", LIVE, { env } as Partial<Container>)]));
      await node.until(
        "late",
        (pod) => pod?.status.containerStatuses?.[0]?.state?.waiting?.reason === "CreateContainerConfigError",
      );
      assert.equal(
        (await node.get("late"))?.status.containerStatuses?.[0]?.state?.waiting?.message,
        'configmap "later" not found',
      );
      await node.client.create(
        ConfigMapKind,
        { metadata: { namespace: "default", name: "later" }, data: { x: "1" } },
        { signal: node.signal },
      );
      await node.until("late", running);
    });

    test("probes: liveness restarts, readiness takes out and back", async () => {
      const exec = (command: string) => ({
        exec: { command: ["sh", "-c", command] },
        periodSeconds: 1,
        failureThreshold: 1,
        successThreshold: 1,
        timeoutSeconds: 1,
      });
      const probes = { livenessProbe: exec("test ! -e /tmp/dead"), readinessProbe: exec("test ! -e /tmp/away") };
      await start("probed", probes as Partial<Container>, { terminationGracePeriodSeconds: 1 });
      await run("probed", "touch /tmp/away");
      await node.until("probed", (pod) => pod?.status.containerStatuses?.[0]?.ready === false);
      await run("probed", "rm /tmp/away; touch /tmp/dead");
      await node.until("probed", (pod) => pod?.status.containerStatuses?.[0]?.restartCount === 1 && running(pod));
      assert(node.events.includes("Normal Killing Container main failed liveness probe, will be restarted"));
    });

    test("a command that does not exist, an image that does not exist", async () => {
      await node.create(
        podOf("bad", [
          { ...shell("main", ""), command: ["/no/such/program"] },
          { ...shell("other", ""), image: "localhost:1/no/image:1" },
        ]),
      );
      const reason = (pod: Pod | undefined, index: number) => {
        const status = pod?.status.containerStatuses?.[index];
        return status?.state?.waiting?.reason ?? "";
      };
      await node.until(
        "bad",
        (pod) =>
          ["RunContainerError", "CrashLoopBackOff"].includes(reason(pod, 0)) && reason(pod, 1) === "ImagePullBackOff",
      );
    });

    test("logs: the newest, the previous, the last lines", async () => {
      await node.create(
        podOf("talks", [shell("main", `echo one; echo two; test -e /run/again || { touch /run/again; }; ${LIVE}`)]),
      );
      await node.until("talks", running);
      await untilTrue("it has spoken", async () => (await logs("talks", "")) === "one\ntwo\n");
      assert.equal(await logs("talks", "tailLines=1"), "two\n");
      assert.match(await logs("talks", "timestamps=true&limitBytes=35"), /^\d{4}-.*\.\d{9}\S+ one/);
      assert.match(await logs("crash", "previous=true"), /^$/);
      assert.match(await logs("bad", "", "other"), /is waiting to start: trying and failing to pull image$/);
    });

    test("CPU and memory of a running pod change in place", async () => {
      const resources = { requests: { cpu: "50m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } };
      await start("resized", { resources });
      const before = (await node.get("resized"))!.status.containerStatuses![0]!.containerID;
      const limits = { cpu: "200m", memory: "96Mi" };
      const patch = strategicPatch({ spec: { containers: [{ name: "main", resources: { limits } }] } });
      const name = { namespace: "default", name: "resized" };
      await node.client.patch(PodKind, name, patch, { signal: node.signal, subresource: "resize" });
      await node.until("resized", (pod) => {
        const { observedGeneration, conditions = [], containerStatuses = [] } = pod!.status;
        const settled = observedGeneration === 2 && !conditions.some(({ type }) => type.startsWith("PodResize"));
        return settled && containerStatuses[0]!.resources?.limits?.["memory"] === "96Mi";
      });
      const status = (await node.get("resized"))!.status.containerStatuses![0]!;
      assert.equal(status.containerID, before);
      assert.deepEqual(status.resources, { requests: resources.requests, limits });
      const limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
      assert.equal(await run("resized", limit), `${96 << 20}\n`);
      const told = node.events.filter((event) => event.includes("Pod resize "));
      assert.equal(told.length, 2, told.join());
    });

    test("a restarted kubelet restarts no container", async () => {
      const before = (await node.runtime.containers({ signal: node.signal })).filter(
        ({ state }) => state === "running",
      );
      await node.restartKubelet();
      // Once it runs a new pod it has taken up the old ones.
      await node.create(podOf("after", [shell("main", LIVE)]));
      await node.until("after", running);
      const now = await node.runtime.containers({ signal: node.signal });
      for (const { id, name } of before) assert.equal(now.find((one) => one.id === id)?.state, "running", name);
    });
  });
}

function shell(name: string, script: string, more: Partial<Container> = {}): Container {
  return {
    name,
    image: "busybox",
    imagePullPolicy: "IfNotPresent",
    command: ["sh", "-c", script],
    ...more,
  } as Container;
}

function podOf(name: string, containers: readonly Container[], spec: Partial<PodSpec> = {}): Draft<Pod> {
  return {
    metadata: { name, namespace: "default" },
    spec: { nodeName: "node-1", terminationGracePeriodSeconds: 30, containers, ...spec },
  } as Draft<Pod>;
}

async function untilTrue(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await condition()) return;
    await sleep(20);
  }
  assert.fail(`it does not come to pass that ${what}`);
}
