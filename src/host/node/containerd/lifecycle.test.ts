import assert from "node:assert/strict";
import { readFile, rename } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { RuntimeEvent } from "../../../kubelet/ports/runtime.ts";
import {
  containerConfig,
  sandboxConfig,
  signal,
  startPod,
  startTestNode,
  until,
  whyNoContainers,
} from "./test-node.ts";
import type { TestNode } from "./test-node.ts";

const skip = (await whyNoContainers()) ?? false;

describe("containerd: sandboxes, containers and images", { skip }, () => {
  let node: TestNode;
  before(async () => {
    node = await startTestNode(1);
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  test("a pod's life from sandbox to removal", async () => {
    const { runtime } = node;
    const config = sandboxConfig(node, "life", { labels: { a: "b" }, annotations: { "x/y": "z" } });
    const sandboxId = await runtime.runSandbox(config, { signal });
    const status = await runtime.sandboxStatus(sandboxId, { signal });
    assert.equal(status.ready, true);
    assert.deepEqual(status.identity, config.identity);
    assert.deepEqual([status.labels, status.annotations], [{ a: "b" }, { "x/y": "z" }]);
    assert.match(status.ips[0]!, /^10\.191\.0\.\d+$/);
    assert.equal(status.network, "pod");
    const containerId = await runtime.createContainer(
      sandboxId,
      containerConfig("main", {
        command: ["sh", "-c", 'echo out; echo "$GREETING" >&2; exit 3'],
        environment: [{ name: "GREETING", value: "grüß" }],
      }),
      config,
      { signal },
    );
    assert.equal((await runtime.containerStatus(containerId, { signal })).state, "created");
    await runtime.startContainer(containerId, { signal });
    await until("the container has ended", async () => {
      return (await runtime.containerStatus(containerId, { signal })).state === "exited";
    });
    const ended = await runtime.containerStatus(containerId, { signal });
    assert.deepEqual([ended.exitCode, ended.reason, ended.sandboxId], [3, "Error", sandboxId]);
    // Which of the two comes first is open: containerd takes the time of a start once it has returned, and this end may be earlier.
    assert(ended.startedAt > 2n ** 53n && ended.finishedAt > 2n ** 53n);
    const log = await readFile(`${config.logDirectory}/main/0.log`, "utf8");
    assert.match(log, /^\S+ stdout F out$/m);
    assert.match(log, /^\S+ stderr F grüß$/m);
    await runtime.removeContainer(containerId, { signal });
    await runtime.stopSandbox(sandboxId, { signal });
    assert.equal((await runtime.sandboxes({ signal })).find(({ id }) => id === sandboxId)?.ready, false);
    await runtime.removeSandbox(sandboxId, { signal });
    assert.equal(
      (await runtime.sandboxes({ signal })).some(({ id }) => id === sandboxId),
      false,
    );
  });

  test("events tell starts and ends, and an end only once a list shows it", async () => {
    const { runtime } = node;
    const events: RuntimeEvent[] = [];
    const stop = new AbortController();
    const states: (string | undefined)[] = [];
    const listening = (async () => {
      for await (const event of runtime.events({ signal: stop.signal })) {
        if (event.type === "container-stopped") {
          states.push((await runtime.containers({ signal })).find(({ id }) => id === event.containerId)?.state);
        }
        events.push(event);
      }
    })();
    listening.catch(() => {});
    const config = sandboxConfig(node, "events");
    const sandboxId = await runtime.runSandbox(config, { signal });
    await until("the stream of events has begun", async () => events.length > 0 || (await nudge()));
    const container = containerConfig("short", { command: ["true"], logPath: "short.log" });
    const containerId = await runtime.createContainer(sandboxId, container, config, { signal });
    await runtime.startContainer(containerId, { signal });
    await until("the end is told", async () =>
      events.some(({ type, containerId: id }) => type === "container-stopped" && id === containerId),
    );
    assert.deepEqual(
      events.filter((event) => event.containerId === containerId).map(({ type }) => type),
      ["container-created", "container-started", "container-stopped"],
    );
    assert.deepEqual(states, ["exited"]);
    stop.abort();

    /** An event of another pod, for a stream that began too late to see the first. */
    async function nudge(): Promise<boolean> {
      const other = await runtime.runSandbox(sandboxConfig(node, `nudge-${events.length}`), { signal });
      await runtime.stopSandbox(other, { signal });
      await runtime.removeSandbox(other, { signal });
      return false;
    }
  });

  test("a log that was moved away is begun anew", async () => {
    const { runtime } = node;
    const script = "i=0; while true; do echo line-$i; i=$((i+1)); sleep 0.02; done";
    const { containerId } = await startPod(node, "rotate", { command: ["sh", "-c", script] });
    const path = `${sandboxConfig(node, "rotate").logDirectory}/main/0.log`;
    await until("the log has lines", hasLines(path));
    await rename(path, `${path}.1`);
    await runtime.reopenLog(containerId, { signal });
    await until("the new log has lines", hasLines(path));
    await runtime.stopContainer(containerId, 0, { signal });
  });

  test("commands run to their end, with their exit code, and within their time", async () => {
    const { runtime } = node;
    const { containerId } = await startPod(node, "sync", { command: ["sleep", "1000"] });
    const result = await runtime.execSync(containerId, ["sh", "-c", "echo a; echo b >&2; exit 7"], 5000, { signal });
    assert.deepEqual(
      [result.exitCode, Buffer.from(result.stdout).toString(), Buffer.from(result.stderr).toString()],
      [7, "a\n", "b\n"],
    );
    await assert.rejects(
      runtime.execSync(containerId, ["sleep", "10"], 1000, { signal }),
      (error) => error instanceof RuntimeError && error.code === "timeout",
    );
    const stats = (await runtime.stats({ signal })).find(({ id }) => id === containerId);
    assert(stats !== undefined && stats.cpuUsageNanoseconds > 0n && stats.memoryWorkingSetBytes > 0);
  });

  test("errors carry what a caller decides by", async () => {
    const { runtime } = node;
    await assert.rejects(runtime.containerStatus("nothing", { signal }), hasCode("not-found"));
    await assert.rejects(runtime.sandboxStatus("nothing", { signal }), hasCode("not-found"));
    const config = sandboxConfig(node, "twice");
    const id = await runtime.runSandbox(config, { signal });
    await assert.rejects(runtime.runSandbox(config, { signal }), hasCode("already-exists"));
    const bad = containerConfig("bad", { command: ["/no/such/program"] });
    const badId = await runtime.createContainer(id, bad, config, { signal });
    await assert.rejects(runtime.startContainer(badId, { signal }), /no such file or directory/);
    const status = await runtime.containerStatus(badId, { signal });
    assert.deepEqual([status.state, status.exitCode, status.reason], ["exited", 128, "StartError"]);
  });

  test("images are listed, found by any of their names, and removed", async () => {
    const { runtime } = node;
    const image = await runtime.image("busybox", { signal });
    assert.deepEqual(image?.tags, ["docker.io/library/busybox:latest"]);
    assert(image.sizeBytes > 0);
    assert((await runtime.images({ signal })).some(({ id }) => id === image.id));
    assert.equal(await runtime.image("docker.io/library/absent:1", { signal }), undefined);
    assert((await runtime.imageFilesystem({ signal })).mountpoint.startsWith(node.directory));
  });
});

function hasLines(path: string): () => Promise<boolean> {
  return async () => (await readFile(path, "utf8").catch(() => "")).includes("line-");
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof RuntimeError && error.code === code;
}
