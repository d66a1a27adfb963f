import assert from "node:assert/strict";
import { test } from "node:test";
import type {
  ConfigMap,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Volume,
} from "../../api/generated/core-v1.ts";
import { MemoryDisk } from "../../host/sim/disk/memory-disk.ts";
import type { Disk } from "../ports/disk.ts";
import { volumeMounts } from "./mounts.ts";
import type { ReadyVolume, VolumeContext } from "./plugin.ts";
import { pluginFor } from "./plugins.ts";

const DIRECTORY = "/kubelet/pods/uid/volumes/v";

test("a configMap volume: links through ..data, replaced only when the content changes", async () => {
  const world = newWorld({ a: "1", b: "2" });
  await world.setUp({ name: "v", configMap: { name: "config", defaultMode: 0o644 } });
  assert.deepEqual((await world.disk.list(DIRECTORY)).slice(1), ["..data", "a", "b"]);
  const first = await world.disk.readLink(`${DIRECTORY}/..data`);
  assert.equal(await world.disk.readLink(`${DIRECTORY}/a`), "..data/a");
  assert.equal(await world.text("a"), "1");
  await world.setUp({ name: "v", configMap: { name: "config", defaultMode: 0o644 } });
  assert.equal(await world.disk.readLink(`${DIRECTORY}/..data`), first, "nothing is written where nothing differs");
  world.data = { a: "new" };
  await world.setUp({ name: "v", configMap: { name: "config", defaultMode: 0o644 } });
  assert.notEqual(await world.disk.readLink(`${DIRECTORY}/..data`), first);
  assert.equal(await world.text("a"), "new");
  assert.equal((await world.disk.list(DIRECTORY)).length, 3, "the old folder and the vanished key are gone");
});

test("chosen keys go to their paths, with their modes", async () => {
  const world = newWorld({ a: "1", b: "2" });
  const items = [{ key: "b", path: "deep/file", mode: 0o400 }];
  await world.setUp({ name: "v", configMap: { name: "config", items, defaultMode: 0o644 } });
  assert.equal(await world.disk.readLink(`${DIRECTORY}/deep`), "..data/deep");
  assert.equal((await world.disk.stat((await world.disk.realPath(`${DIRECTORY}/deep/file`))!))?.mode, 0o400);
});

for (const { name, volume, message } of [
  { name: "a missing configMap", volume: { configMap: { name: "none" } }, message: 'configmap "none" not found' },
  { name: "a missing secret", volume: { secret: { secretName: "none" } }, message: 'secret "none" not found' },
  {
    name: "a missing key",
    volume: { configMap: { name: "config", items: [{ key: "x", path: "x" }] } },
    message: "configmap references non-existent config key: x",
  },
  {
    name: "a file that is no folder",
    volume: { hostPath: { path: "/file", type: "Directory" } },
    message: "hostPath type check failed: /file is not a directory",
  },
  {
    name: "no socket",
    volume: { hostPath: { path: "/none", type: "Socket" } },
    message: "hostPath type check failed: /none is not a socket file",
  },
  {
    name: "several sources that are missing",
    volume: { projected: { sources: [{ configMap: { name: "none" } }, { secret: { name: "nope" } }] } },
    message: '[configmap "none" not found, secret "nope" not found]',
  },
] as const) {
  test(`${name} is told in Kubernetes' words`, async () => {
    const world = newWorld({ a: "1" });
    await world.disk.write("/file", new Uint8Array(0), 0o644);
    await assert.rejects(world.setUp({ name: "v", ...volume } as unknown as Volume), { message });
  });
}

test("optional objects may be missing", async () => {
  const world = newWorld({});
  await world.setUp({ name: "v", secret: { secretName: "none", optional: true, defaultMode: 0o644 } });
  assert.deepEqual((await world.disk.list(DIRECTORY)).slice(1), ["..data"]);
});

test("a projected volume: token, certificate and namespace, renewed after four fifths of its life", async () => {
  const world = newWorld({ "ca.crt": "CA" });
  const ready = await world.setUp({
    name: "v",
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3600 } },
        { configMap: { name: "config", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
    },
  });
  assert.equal(await world.text("token"), "token-of-web");
  assert.equal(await world.text("namespace"), "default");
  assert.equal(ready.refreshAtMs, 2_880_000);
  assert.equal(ready.readOnly, true);
});

test("an emptyDir belongs to the pod's group and is left alone once it is there", async () => {
  const world = newWorld({}, { fsGroup: 2000 });
  await world.setUp({ name: "v", emptyDir: {} });
  const facts = await world.disk.stat(DIRECTORY);
  assert.deepEqual([facts?.mode, facts?.gid], [0o2777, 2000]);
  await world.disk.setMode(DIRECTORY, 0o700);
  await world.setUp({ name: "v", emptyDir: {} });
  assert.equal((await world.disk.stat(DIRECTORY))?.mode, 0o700);
});

test("a claim: its volume, once it is bound", async () => {
  const world = newWorld({}, { fsGroup: 7 });
  const volume = { name: "v", persistentVolumeClaim: { claimName: "data" } };
  const failed = (why: string) => ({ message: `error processing PVC default/data: ${why}` });
  await assert.rejects(
    world.setUp(volume),
    failed('failed to fetch PVC from API server: persistentvolumeclaims "data" not found'),
  );
  const claim = { metadata: { uid: "claim" }, spec: {}, status: { phase: "Pending" } };
  world.claims["data"] = claim as never;
  await assert.rejects(world.setUp(volume), failed("PVC is not bound"));
  world.claims["data"] = { ...claim, spec: { volumeName: "pv" }, status: { phase: "Bound" } } as never;
  const hostPath = { path: "/data/pv", type: "DirectoryOrCreate" };
  const bound = { metadata: { name: "pv" }, spec: { claimRef: { uid: "claim" }, hostPath } };
  world.volumes["pv"] = { ...bound, spec: { ...bound.spec, claimRef: { uid: "another" } } } as never;
  await assert.rejects(world.setUp(volume), failed("volume pv is not bound to claim default/data"));
  world.volumes["pv"] = bound as never;
  assert.deepEqual(await world.setUp(volume), { hostPath: "/data/pv", readOnly: false });
  assert.equal((await world.disk.stat("/data/pv"))?.gid, 0, "what the host has stays as it is");

  world.volumes["pv"] = {
    ...bound,
    spec: { ...bound.spec, hostPath: undefined, local: { path: "/disks/1" } },
  } as never;
  await assert.rejects(world.setUp(volume), { message: 'path "/disks/1" does not exist' });
  await world.disk.makeDirectory("/disks/1", 0o755);
  const readOnly = { ...volume.persistentVolumeClaim, readOnly: true };
  assert.deepEqual(await world.setUp({ ...volume, persistentVolumeClaim: readOnly }), {
    hostPath: "/disks/1",
    readOnly: true,
  });
  assert.equal((await world.disk.stat("/disks/1"))?.gid, 7);
});

test("an image's sub-path is left to the runtime", async () => {
  const volumes = new Map<string, ReadyVolume>([["v", { hostPath: "", readOnly: true }]]);
  const volumeMount = { name: "v", mountPath: "/in", subPath: "etc" };
  const container = { name: "c", volumeMounts: [volumeMount], resources: {} } as never;
  const [mount] = await volumeMounts(container, volumes, [], new MemoryDisk(), new Map([["v", "sha256:1"]]));
  const { image, imageSubPath, hostPath, readOnly } = mount!;
  assert.deepEqual([image, imageSubPath, hostPath, readOnly], ["sha256:1", "etc", "", true]);
});

test("a sub-path is made with its volume's mode, and may not lead out of it", async () => {
  const disk: Disk = new MemoryDisk();
  await disk.makeDirectory("/volume", 0o770);
  await disk.makeDirectory("/etc", 0o755);
  await disk.symlink("/etc", "/volume/out");
  const volumes = new Map<string, ReadyVolume>([["v", { hostPath: "/volume", readOnly: false }]]);
  const mount = (more: object) =>
    volumeMounts(
      { name: "c", volumeMounts: [{ name: "v", mountPath: "/in", ...more }], resources: {} } as never,
      volumes,
      [{ name: "POD", value: "web" }],
      disk,
    );
  assert.equal((await mount({ subPathExpr: "$(POD)/data" }))[0]?.hostPath, "/volume/web/data");
  assert.equal((await disk.stat("/volume/web/data"))?.mode, 0o770);
  await assert.rejects(mount({ subPath: "out/x" }), {
    message: 'failed to create subPath directory for volumeMount "v" of container "c"',
  });
  await assert.rejects(mount({ subPath: "out" }), {
    message: 'failed to prepare subPath for volumeMount "v" of container "c"',
  });
  await assert.rejects(mount({ subPath: "../x" }), {
    message: "unable to provision SubPath `../x`: must not contain '..'",
  });
  await assert.rejects(mount({ subPathExpr: "$(NONE)" }), { message: "missing value for NONE" });
});

function newWorld(data: Record<string, string>, securityContext: object = {}) {
  const disk = new MemoryDisk();
  let nowMs = 0;
  const pod = {
    metadata: { name: "web", namespace: "default", uid: "uid" },
    spec: { containers: [], securityContext },
  } as unknown as Pod;
  const world = {
    disk,
    data,
    claims: {} as Record<string, PersistentVolumeClaim>,
    volumes: {} as Record<string, PersistentVolume>,
    async setUp(volume: Volume): Promise<ReadyVolume> {
      const context: VolumeContext = {
        pod,
        volume,
        directory: DIRECTORY,
        paths: { root: "/kubelet", logs: "/logs" },
        disk,
        objects: {
          configMap: async (_namespace, name) =>
            name === "config" ? ({ data: world.data } as unknown as ConfigMap) : undefined,
          secret: async (): Promise<Secret | undefined> => undefined,
          claim: async (_namespace, name) => world.claims[name],
          persistentVolume: async (name) => world.volumes[name],
          token: async (demand) => ({ token: `token-of-${demand.pod.metadata.name}`, expiresAtMs: nowMs + 3_600_000 }),
          trustBundle: async () => undefined,
        },
        facts: { podIPs: [], hostIPs: [], allocatable: {} },
        nowMs,
        signal: new AbortController().signal,
      };
      const found = await pluginFor(volume).find(context);
      const ready = await found();
      nowMs += 1;
      return ready;
    },
    text: async (name: string) => Buffer.from((await disk.read(`${DIRECTORY}/${name}`, 100))!).toString(),
  };
  return world;
}
