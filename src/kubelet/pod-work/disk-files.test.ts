import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../api/generated/core-v1.ts";
import { silentLog } from "../../base/log.ts";
import { seededRandom } from "../../base/random.ts";
import { MemoryDisk } from "../../host/sim/disk/memory-disk.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { ContainerStatus } from "../ports/runtime.ts";
import type { LiveObjects } from "./api-objects.ts";
import { DiskFiles } from "./disk-files.ts";
import { VolumeErrors } from "./files.ts";

const POD = "/kubelet/pods/uid";
const LOGS = "/logs/default_web_uid";
const NO_LIMITS = { cpuShares: 2, cpuQuota: 0, cpuPeriod: 100_000, memoryLimit: 0 };

test("a pod's folders: made, given back, and removed", async () => {
  const { disk, files, groups, preparation } = world();
  const one = pod();
  await files.prepare(one, NO_LIMITS, preparation);
  assert.deepEqual([...groups], ["/wherry/kubepods/besteffort/poduid"]);
  assert.deepEqual(
    await disk.list(`${POD}/volumes/kubernetes.io~empty-dir`),
    ["scratch"],
    "and none that nobody mounts",
  );
  const container = await files.forContainer({
    pod: one,
    container: one.spec.containers[0]!,
    environment: [],
    podIPs: ["10.0.0.2"],
    restartCount: 0,
    images: new Map(),
  });
  assert.deepEqual(
    container.mounts.map(({ hostPath, containerPath }) => [hostPath, containerPath]),
    [
      [`${POD}/volumes/kubernetes.io~empty-dir/scratch`, "/scratch"],
      [`${POD}/etc-hosts`, "/etc/hosts"],
    ],
  );
  assert.equal((await disk.stat(container.messageFile))?.mode, 0o666);
  await files.release(one);
  assert.equal(groups.size, 0);
  assert.deepEqual(await disk.list(`${POD}/volumes/kubernetes.io~empty-dir`), []);
  assert((await disk.stat(LOGS)) !== undefined, "logs stay until the pod is gone");
  await files.cleanUp(one);
  assert.deepEqual([await disk.stat(POD), await disk.stat(LOGS)], [undefined, undefined]);
});

test("what a pod was given is found by the next kubelet", async () => {
  const { files, preparation } = world();
  await files.prepare(pod(), NO_LIMITS, preparation);
  const given = { containers: { main: { requests: { cpu: "1" } } } };
  const first = { given, outdated: { containers: { main: {} }, cgroup: NO_LIMITS } };
  const last = { given, outdated: { containers: {}, cgroup: undefined } };
  await Promise.all([files.rememberResources(pod(), first), files.rememberResources(pod(), last)]);
  assert.deepEqual(JSON.stringify([...(await files.rememberedResources())]), JSON.stringify([["uid", last]]));
  await files.cleanUp(pod());
  assert.equal((await files.rememberedResources()).size, 0);
});

test("what must not reach the disk lies in memory, on one mount for all pods", async () => {
  const { disk, files, preparation } = world();
  const one = pod({
    volumes: [
      {
        name: "scratch",
        downwardAPI: { items: [{ path: "name", fieldRef: { fieldPath: "metadata.name" } }], defaultMode: 0o644 },
      },
    ],
  });
  await files.prepare(one, NO_LIMITS, preparation);
  assert.equal(await disk.isMountPoint("/kubelet/memory"), true);
  const volume = "/kubelet/memory/uid/kubernetes.io~downward-api/scratch";
  assert.deepEqual((await disk.list(volume)).slice(1), ["..data", "name"]);
  await files.release(one);
  assert.deepEqual(await disk.list("/kubelet/memory"), []);
});

test("that nothing is missing is told before anything is written, but after the pod has its control group", async () => {
  const { disk, files, groups, preparation } = world();
  const written: unknown[] = [];
  const onFound = () => written.push(groups.size, disk.stat(`${POD}/volumes/kubernetes.io~empty-dir/scratch`));
  await files.prepare(pod(), NO_LIMITS, { ...preparation, onFound });
  assert.deepEqual(await Promise.all(written), [1, undefined]);
});

test("each volume that fails is told, and that nothing is missing is not", async () => {
  const { files, preparation } = world();
  const broken = pod({ volumes: [{ name: "scratch", configMap: { name: "none", defaultMode: 0o644 } }] });
  await assert.rejects(
    files.prepare(broken, NO_LIMITS, { ...preparation, onFound: () => assert.fail() }),
    (error: unknown) => {
      assert(error instanceof VolumeErrors);
      assert.deepEqual(error.messages, ['MountVolume.SetUp failed for volume "scratch" : configmap "none" not found']);
      return true;
    },
  );
});

test("a termination message, from its file or the end of the log", async () => {
  const { disk, files } = world();
  await disk.makeDirectory("/logs/c", 0o755);
  await disk.write("/logs/c/0.log", new TextEncoder().encode("2026-01-01T00:00:00Z stdout F it broke\n"), 0o640);
  await disk.write("/logs/c/message", new TextEncoder().encode("said"), 0o666);
  const ended = (annotations: Record<string, string>) =>
    ({ annotations, exitCode: 1, message: "", logPath: "/logs/c/0.log" }) as unknown as ContainerStatus;
  assert.equal(
    (await files.withMessage(ended({ "wherry.dev/termination-message-file": "/logs/c/message" }))).message,
    "said",
  );
  assert.equal((await files.withMessage(ended({}))).message, "");
  const policy = { "io.kubernetes.container.terminationMessagePolicy": "FallbackToLogsOnError" };
  assert.equal((await files.withMessage(ended(policy))).message, "it broke\n");
});

test("the next log goes on counting, and a removed container's log goes with those moved aside", async () => {
  const { disk, files } = world();
  await disk.makeDirectory(`${LOGS}/main`, 0o755);
  for (const name of ["0.log", "3.log", "3.log.2026"])
    await disk.write(`${LOGS}/main/${name}`, new Uint8Array(1), 0o640);
  assert.equal(await files.restartCount(pod(), "main"), 4);
  await files.removeLog({ logPath: `${LOGS}/main/3.log` } as ContainerStatus);
  assert.deepEqual(await disk.list(`${LOGS}/main`), ["0.log"]);
});

test("what pods of before have left is removed, and nothing else", async () => {
  const { disk, files, groups } = world();
  for (const uid of ["old", "known"]) {
    await disk.makeDirectory(`/kubelet/pods/${uid}/volumes/kubernetes.io~secret/s`, 0o755);
    await disk.mountMemory(`/kubelet/pods/${uid}/volumes/kubernetes.io~secret/s`);
    await disk.makeDirectory(`/logs/default_web_${uid}`, 0o755);
    await disk.makeDirectory(`/kubelet/memory/${uid}/kubernetes.io~projected/token`, 0o755);
    groups.add(`/wherry/kubepods/burstable/pod${uid}`);
  }
  await files.cleanUpOthers((uid) => uid === "known");
  assert.deepEqual(await disk.list("/kubelet/pods"), ["known"]);
  assert.deepEqual(await disk.list("/kubelet/memory"), ["known"]);
  assert.deepEqual(await disk.list("/logs"), ["default_web_known"]);
  assert.deepEqual([...groups], ["/wherry/kubepods/burstable/podknown"]);
});

function world() {
  const disk = new MemoryDisk();
  const groups = new Set<string>();
  const { signal } = new AbortController();
  const objects = { configMap: async () => undefined, follow: () => {}, unfollow: () => {} } as unknown as LiveObjects;
  const files = new DiskFiles({
    disk,
    machine: {
      facts: () => Promise.reject(new Error("not asked for")),
      usage: () => Promise.reject(new Error("not asked for")),
      setCgroup: async (path) => void groups.add(path),
      removeCgroup: async (path) => void groups.delete(path),
    },
    paths: { root: "/kubelet", logs: "/logs" },
    cgroupRoot: "/wherry",
    clusterDomain: "cluster.local",
    objects,
    clock: new VirtualClock(0),
    random: seededRandom(1),
    log: silentLog,
    signal,
    hostIPs: () => ["192.168.0.1"],
    allocatable: () => ({}),
  });
  return { disk, files, groups, preparation: { signal, onFound: () => {} } };
}

function pod(more: object = {}): Pod {
  const volumes = [
    { name: "scratch", emptyDir: {} },
    { name: "unused", emptyDir: {} },
  ];
  const container = {
    name: "main",
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
  };
  return {
    metadata: { name: "web", namespace: "default", uid: "uid" },
    spec: { containers: [container], volumes, ...more },
    status: {},
  } as unknown as Pod;
}
