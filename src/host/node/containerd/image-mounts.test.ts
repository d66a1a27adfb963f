import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { Mount } from "../../../kubelet/ports/runtime.ts";
import { chainId, mountCommand } from "./image-mounts.ts";
import { containerConfig, sandboxConfig, signal, startPod, startTestNode, whyNoContainers } from "./test-node.ts";
import type { TestNode } from "./test-node.ts";

test("the layers of an image as a whole", () => {
  const layers = ["sha256:aa", "sha256:bb"];
  assert.equal(chainId(layers.slice(0, 1)), "sha256:aa");
  assert.equal(chainId(layers), "sha256:b68ad689d6d1ec110ea1c13617437ad6f3766d4b3b309f6a603a222e07a0164f");
});

test("many layers fit into a page of options by short names", () => {
  const lower = ["/data/snapshots/2/fs", "/data/snapshots/1/fs"];
  const overlay = { type: "overlay", source: "overlay", options: ["index=off", `lowerdir=${lower.join(":")}`] };
  assert.deepEqual(mountCommand(overlay, "/to"), [
    "env",
    "-C",
    "/data/snapshots",
    "mount",
    "-t",
    "overlay",
    "-o",
    "ro,index=off,lowerdir=2/fs:1/fs",
    "overlay",
    "/to",
  ]);
  const bind = { type: "bind", source: "/data/snapshots/1/fs", options: ["rbind", "ro"] };
  assert.deepEqual(mountCommand(bind, "/to"), ["mount", "--bind", "-o", "ro", "/data/snapshots/1/fs", "/to"]);
});

describe("containerd: image volumes", { skip: (await whyNoContainers()) ?? false }, () => {
  let node: TestNode;
  before(async () => {
    node = await startTestNode(3);
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  test("a container sees the files of an image, whole or in part, and cannot write them", async () => {
    const { runtime } = node;
    const image = (await runtime.image("busybox:latest", { signal }))!.id;
    const mounts = [volume(image, "/whole"), { ...volume(image, "/part"), imageSubPath: "bin" }];
    const pod = await startPod(node, "volumes", containerConfig("main", { command: ["sleep", "1000"], mounts }));
    const sh = async (script: string) => {
      const { exitCode, stdout, stderr } = await runtime.execSync(pod.containerId, ["sh", "-c", script], 10_000, {
        signal,
      });
      return [
        exitCode,
        Buffer.from(exitCode === 0 ? stdout : stderr)
          .toString()
          .trim(),
      ];
    };
    assert.deepEqual(await sh("ls /whole/bin/busybox /part/busybox"), [0, "/part/busybox\n/whole/bin/busybox"]);
    const [exitCode, said] = await sh("echo x > /whole/x");
    assert.notEqual(exitCode, 0);
    assert.match(String(said), /Read-only file system/);
    const sandbox = sandboxConfig(node, "volumes");
    const outside = [{ ...volume(image, "/out"), imageSubPath: "no/such" }];
    const broken = containerConfig("broken", { mounts: outside });
    await assert.rejects(
      runtime.createContainer(pod.sandboxId, broken, sandbox, { signal }),
      /failed to mount image volume/,
    );
    await runtime.stopSandbox(pod.sandboxId, { signal });
    await runtime.removeSandbox(pod.sandboxId, { signal });
    assert.deepEqual(await readdir(node.containerd.places.imageMounts), []);
  });
});

function volume(image: string, containerPath: string): Mount {
  return {
    image,
    containerPath,
    hostPath: "",
    readOnly: true,
    recursiveReadOnly: false,
    propagation: "private",
    selinuxRelabel: false,
  };
}
