import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildImages } from "../../../../tools/images/build.ts";
import { silentLog } from "../../../base/log.ts";
import type { ContainerConfig, SandboxConfig } from "../../../kubelet/ports/runtime.ts";
import { writePodNetwork } from "../cni/network.ts";
import { findHostParts } from "../packages/find.ts";
import type { HostParts } from "../packages/find.ts";
import { cleanUpNode } from "./cleanup.ts";
import type { CriRuntime } from "./cri.ts";
import { loadImageFile } from "./image-load.ts";
import { enterMountNamespace } from "./mount-namespace.ts";
import { superviseContainerd } from "./supervise.ts";
import type { ContainerdOptions, SupervisedContainerd } from "./supervise.ts";

// A real containerd for this room's tests.

export const signal: AbortSignal = new AbortController().signal;

/** Why real containers cannot be tested on this machine; undefined where they can. */
export async function whyNoContainers(): Promise<string | undefined> {
  if (process.platform !== "linux") return "NOT TESTED: containers need Linux";
  if (process.getuid?.() !== 0) return "NOT TESTED: containers need root";
  const { missing } = await findHostParts();
  return missing.length === 0 ? undefined : `NOT TESTED: this machine lacks ${missing.join(", ")}`;
}

export interface TestNode extends AsyncDisposable {
  readonly containerd: SupervisedContainerd;
  readonly runtime: CriRuntime;
  readonly parts: HostParts;
  readonly options: ContainerdOptions;
  readonly bridge: string;
  readonly directory: string;
  readonly cgroupParent: string;
}

/** @param number keeps the nodes of tests that run at the same time apart */
export async function startTestNode(number: number, images: readonly string[] = ["busybox"]): Promise<TestNode> {
  const { parts } = await findHostParts();
  if (parts === undefined) throw new Error("this machine cannot run containers");
  await mkdir("/tmp/wherry-tests", { recursive: true });
  const directory = await mkdtemp("/tmp/wherry-tests/n");
  const enter = await enterMountNamespace(directory, parts);
  const options = { directory, parts, log: silentLog, signal, enter };
  const containerd = await superviseContainerd(options);
  const { cniConfiguration, cniState } = containerd.places;
  const bridge = `wherrytest${number}`;
  await writePodNetwork(
    {
      configurationDirectory: cniConfiguration,
      stateDirectory: cniState,
      bridge,
      podCIDRs: [`10.19${number}.0.0/24`],
    },
    parts,
  );
  for (const path of await buildImages(images, { progress: () => {} })) {
    await loadImageFile(containerd.runtime.channel, path, { signal });
  }
  await until("the pod network is ready", async () =>
    (await containerd.runtime.status({ signal })).every(({ status }) => status),
  );
  return {
    containerd,
    runtime: containerd.runtime,
    parts,
    options,
    bridge,
    directory,
    cgroupParent: cgroupParent(directory),
    async [Symbol.asyncDispose]() {
      await containerd[Symbol.asyncDispose]();
      await cleanUpNode({
        directory,
        parts,
        bridge,
        cgroupParent: cgroupParent(directory),
        removeFiles: true,
        log: silentLog,
        signal,
      });
    },
  };
}

export function sandboxConfig(
  { directory, cgroupParent }: TestNode,
  name: string,
  more: Partial<SandboxConfig> = {},
): SandboxConfig {
  return {
    identity: { name, namespace: "default", uid: `uid-${name}`, attempt: 0 },
    hostname: name,
    logDirectory: join(directory, "logs", name),
    ports: [],
    labels: { app: name },
    annotations: {},
    cgroupParent: `${cgroupParent}/${name}`,
    sysctls: {},
    namespaces: { network: "pod", pid: "container", ipc: "pod" },
    security: { privileged: false, supplementalGroups: [], seccomp: { type: "RuntimeDefault" } },
    runtimeHandler: "",
    ...more,
  };
}

export function containerConfig(name: string, more: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    name,
    attempt: 0,
    image: "docker.io/library/busybox:latest",
    userImage: "busybox",
    command: [],
    args: [],
    workingDirectory: "",
    environment: [],
    mounts: [],
    devices: [],
    labels: {},
    annotations: {},
    logPath: `${name}/0.log`,
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 100, cpuQuota: 0, cpuPeriod: 0, memoryLimit: 0, oomScoreAdjust: 1000, unified: {} },
    security: {
      privileged: false,
      capabilities: { add: [], drop: [] },
      supplementalGroups: [],
      readOnlyRoot: false,
      noNewPrivileges: false,
      seccomp: { type: "RuntimeDefault" },
      namespaces: { network: "pod", pid: "container", ipc: "pod" },
      maskedPaths: [],
      readonlyPaths: [],
    },
    ...more,
  };
}

/** Starts a pod of one container and returns the two ids. */
export async function startPod(
  node: TestNode,
  name: string,
  container: Partial<ContainerConfig>,
  sandbox: Partial<SandboxConfig> = {},
): Promise<{ readonly sandboxId: string; readonly containerId: string }> {
  const config = sandboxConfig(node, name, sandbox);
  const sandboxId = await node.runtime.runSandbox(config, { signal });
  await mkdir(join(config.logDirectory, "main"), { recursive: true });
  const containerId = await node.runtime.createContainer(sandboxId, containerConfig("main", container), config, {
    signal,
  });
  await node.runtime.startContainer(containerId, { signal });
  return { sandboxId, containerId };
}

/** Waits for a condition of the machine, which has no clock that a test could turn. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came about: ${what}`);
    await sleep(10);
  }
}

export async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function cgroupParent(directory: string): string {
  return `/wherry-test-${directory.split("/").at(-1)}`;
}
