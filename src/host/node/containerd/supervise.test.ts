import assert from "node:assert/strict";
import { access, mkdtemp, readFile, readdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { silentLog } from "../../../base/log.ts";
import { run } from "../packages/run.ts";
import { cleanUpNode, crashNode } from "./cleanup.ts";
import { connectCri } from "./cri.ts";
import { enterMountNamespace, releaseMountNamespace } from "./mount-namespace.ts";
import { superviseContainerd } from "./supervise.ts";
import { signal, startPod, startTestNode, textOf, until, whyNoContainers } from "./test-node.ts";
import type { TestNode } from "./test-node.ts";

const skip = (await whyNoContainers()) ?? false;

describe("containerd: containers outlive everybody else", { skip }, () => {
  let node: TestNode;
  before(async () => {
    node = await startTestNode(4);
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  test("a killed containerd is started again, and containers and commands run on", async () => {
    const { containerd, runtime } = node;
    const { containerId } = await startPod(node, "survivor", { command: ["sleep", "1000"] });
    const earlier = await runtime.containerStatus(containerId, { signal });
    const session = await runtime.exec(
      containerId,
      { command: ["cat"], stdin: true, stdout: true, stderr: true, tty: false },
      { signal },
    );
    const killed = containerd.pid;
    process.kill(killed, "SIGKILL");
    await until("another containerd answers", async () => {
      if (containerd.pid === killed) return false;
      return runtime.status({ signal }).then(
        () => true,
        () => false,
      );
    });
    const afterwards = await runtime.containerStatus(containerId, { signal });
    assert.deepEqual([afterwards.state, afterwards.startedAt], ["running", earlier.startedAt]);
    await session.write(Buffer.from("still here"));
    await session.closeInput();
    assert.equal(await textOf(session.stdout), "still here");
    assert.equal(await session.exitCode, 0);
    const result = await runtime.execSync(containerId, ["echo", "new"], 5000, { signal });
    assert.equal(Buffer.from(result.stdout).toString(), "new\n");
  });

  test("a second supervisor takes over what runs", async () => {
    const { pid } = node.containerd;
    await node.containerd[Symbol.asyncDispose]();
    const second = await superviseContainerd(node.options);
    assert.deepEqual([second.adopted, second.pid], [true, pid]);
    node = { ...node, containerd: second, runtime: second.runtime, [Symbol.asyncDispose]: node[Symbol.asyncDispose] };
    const [container] = await second.runtime.containers({ signal });
    assert.equal(container?.state, "running");
  });

  test("containers run on while no containerd is there", async () => {
    const { containerd, runtime } = node;
    const [container] = await runtime.containers({ signal });
    const earlier = await runtime.containerStatus(container!.id, { signal });
    await containerd.stop();
    const third = await superviseContainerd(node.options);
    node = { ...node, containerd: third, runtime: third.runtime, [Symbol.asyncDispose]: node[Symbol.asyncDispose] };
    assert.equal(third.adopted, false);
    const afterwards = await third.runtime.containerStatus(container!.id, { signal });
    assert.deepEqual([afterwards.state, afterwards.startedAt], ["running", earlier.startedAt]);
  });

  test("whoever enters the mount namespace sees the same mounts as the containers", async () => {
    const { options, runtime, directory } = node;
    const volume = await mkdtemp(`${directory}/volume-`);
    await run([...options.enter, "mount", "-t", "tmpfs", "tmpfs", volume]);
    await run([...options.enter, "sh", "-c", `echo shared > ${volume}/file`]);
    assert.deepEqual(await readdir(volume), [], "the machine itself does not see the mount");
    const { containerId } = await startPod(node, "volume", {
      command: ["sleep", "1000"],
      mounts: [
        {
          containerPath: "/volume",
          hostPath: volume,
          readOnly: false,
          recursiveReadOnly: false,
          propagation: "host-to-container",
          selinuxRelabel: false,
        },
      ],
    });
    const seen = await runtime.execSync(containerId, ["cat", "/volume/file"], 5000, { signal });
    assert.equal(Buffer.from(seen.stdout).toString(), "shared\n");
  });
});

test("containerd: after a power cut, what ran is shown as ended and can be removed", { skip }, async () => {
  const node = await startTestNode(8);
  const { directory } = node;
  const { sandboxId, containerId } = await startPod(node, "cut", { command: ["sleep", "1000"] });
  await node.containerd[Symbol.asyncDispose]();
  await crashNode(directory);
  await releaseMountNamespace(directory);
  const enter = await enterMountNamespace(directory, node.parts);
  const { runtime, ...containerd } = await superviseContainerd({ ...node.options, enter });
  const [sandbox] = await runtime.sandboxes({ signal });
  assert.deepEqual([sandbox!.id, sandbox!.ready], [sandboxId, false]);
  const status = await runtime.containerStatus(containerId, { signal });
  assert.deepEqual([status.state, status.exitCode], ["exited", 255]);
  await runtime.stopSandbox(sandboxId, { signal });
  await runtime.removeSandbox(sandboxId, { signal });
  const again = await startPod({ ...node, runtime }, "cut", { command: ["sleep", "1000"] });
  assert.equal((await runtime.containerStatus(again.containerId, { signal })).state, "running");
  await containerd[Symbol.asyncDispose]();
  await node[Symbol.asyncDispose]();
});

test("containerd: cleaning up leaves nothing, even when containerd is dead", { skip }, async () => {
  const node = await startTestNode(5);
  const { directory, parts, bridge, runtime, containerd } = node;
  const { sandboxId } = await startPod(node, "left", {
    command: ["sleep", "1000"],
  });
  assert.match((await runtime.sandboxStatus(sandboxId, { signal })).ips[0]!, /^10\.195\./);
  const { pid } = containerd;
  await containerd[Symbol.asyncDispose]();
  process.kill(pid, "SIGKILL");
  const options = { directory, parts, bridge, removeFiles: true, log: silentLog, signal } as const;
  await cleanUpNode({ ...options, cgroupParent: `/wherry-test-${directory.split("/").at(-1)}` });
  await cleanUpNode(options);
  await assert.rejects(access(directory));
  const commands = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "")),
  );
  assert.deepEqual(
    commands.filter((words) => words.includes(directory)),
    [],
  );
  assert.doesNotMatch((await run([parts.ip, "link"])).stdout, new RegExp(bridge));
  assert.doesNotMatch(await readFile("/proc/self/mounts", "utf8"), new RegExp(directory));
});

test("containerd: a channel to nobody says that the runtime is unavailable", async () => {
  await using runtime = connectCri({ address: "unix:///nowhere/containerd.sock", streamsDirectory: "/nowhere" });
  await assert.rejects(runtime.status({ signal }), { code: "unavailable" });
});
