import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { buildImages } from "../../../../tools/images/build.ts";
import { imageName } from "./image-name.ts";
import { copyLoadedImages } from "./copy-images.ts";
import { loadImages } from "./image-load.ts";
import { packTar } from "./tar.ts";
import { signal, startPod, startTestNode, until, whyNoContainers } from "./test-node.ts";
import type { TestNode } from "./test-node.ts";

const skip = (await whyNoContainers()) ?? false;

test("image names are completed as everywhere in the container world", () => {
  const full = {
    nginx: "docker.io/library/nginx:latest",
    "nginx:1.16": "docker.io/library/nginx:1.16",
    "curlimages/curl": "docker.io/curlimages/curl:latest",
    "ghcr.io/subicura/echo:v1": "ghcr.io/subicura/echo:v1",
    "localhost:5000/a": "localhost:5000/a:latest",
    "docker.io/library/redis:3.2": "docker.io/library/redis:3.2",
    [`busybox@sha256:${"0".repeat(64)}`]: `docker.io/library/busybox@sha256:${"0".repeat(64)}`,
  };
  for (const [short, name] of Object.entries(full)) assert.equal(imageName(short), name);
});

describe("containerd: importing images", { skip }, () => {
  let node: TestNode;
  before(async () => {
    node = await startTestNode(6);
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  const load = (archive: Buffer) => loadImages(node.runtime.channel, pieces(archive), { signal });

  test("what docker save wrote, gzipped, with two names", async () => {
    const names = await load(gzipSync(await dockerArchive(["tools:1", "example.org/tools:2"])));
    assert.deepEqual(names, ["docker.io/library/tools:1", "example.org/tools:2"]);
    const image = await node.runtime.image("tools:1", { signal });
    assert.deepEqual([...image!.tags].toSorted(), names);
    const pod = await startPod(node, "docker", { image: "docker.io/library/tools:1", command: ["/busybox", "true"] });
    await until("the program of the first layer has ended", async () => {
      return (await node.runtime.containerStatus(pod.containerId, { signal })).state === "exited";
    });
    assert.equal((await node.runtime.containerStatus(pod.containerId, { signal })).exitCode, 0);
  });

  test("an image that is there is replaced under its name", async () => {
    await load(await dockerArchive(["again:1"], "first"));
    const first = await node.runtime.image("again:1", { signal });
    await load(await dockerArchive(["again:1"], "second"));
    const second = await node.runtime.image("again:1", { signal });
    assert.notEqual(first!.id, second!.id);
  });

  test("another containerd gets what was loaded, once", async () => {
    await using other = await startTestNode(7, []);
    const names = await load(await dockerArchive(["copied:1", "copied:2"]));
    const copied = await copyLoadedImages(node.runtime.channel, other.runtime.channel, { signal });
    for (const name of names) assert(copied.includes(name), name);
    const own = await node.runtime.image("copied:1", { signal });
    assert.equal((await other.runtime.image("copied:1", { signal }))?.id, own!.id);
    const pod = await startPod(other, "copy", { image: "docker.io/library/copied:1", command: ["/busybox", "true"] });
    await until("its program has ended", async () => {
      return (await other.runtime.containerStatus(pod.containerId, { signal })).state === "exited";
    });
    assert.deepEqual(await copyLoadedImages(node.runtime.channel, other.runtime.channel, { signal }), []);
  });

  test("an archive without images, and a broken one, are errors that leave containerd well", async () => {
    await assert.rejects(load(await packTar([{ name: "README", content: Buffer.from("hello") }])), /no named image/);
    const [busybox] = await buildImages(["busybox"], { progress: () => {} });
    const whole = await readFile(busybox!);
    await assert.rejects(load(whole.subarray(0, whole.length / 2)), /Unexpected end|lacks/i);
    assert((await node.runtime.images({ signal })).length > 0);
  });
});

/** An archive as Docker wrote it before version 25: busybox and what it loads, in one layer. */
async function dockerArchive(names: readonly string[], label = ""): Promise<Buffer> {
  const [busybox] = await buildImages(["busybox"], { progress: () => {} });
  const program = await readFile(busybox!.replace(/[^/]+$/, "busybox"));
  const layer = await packTar([
    { name: "busybox", content: program, mode: 0o755 },
    ...(await loaderFiles(program)),
    { name: "label", content: Buffer.from(label) },
  ]);
  const diff = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      config: { Cmd: ["/busybox", "sh"] },
      rootfs: { type: "layers", diff_ids: [diff] },
    }),
  );
  const configName = `${createHash("sha256").update(config).digest("hex")}.json`;
  return await packTar([
    { name: "layer/VERSION", content: Buffer.from("1.0") },
    { name: "layer/layer.tar", content: layer },
    { name: configName, content: config },
    {
      name: "manifest.json",
      content: Buffer.from(JSON.stringify([{ Config: configName, RepoTags: names, Layers: ["layer/layer.tar"] }])),
    },
  ]);
}

/** The machine's own loader and C library, at the paths where the program looks for them. */
async function loaderFiles(program: Buffer) {
  const text = program.toString("latin1");
  const loader = /\/lib[^\0]*\/ld-linux[^\0]*/.exec(text)![0];
  const folder = process.arch === "arm64" ? "lib/aarch64-linux-gnu" : "lib/x86_64-linux-gnu";
  const libraries = await Promise.all(
    ["libc.so.6", "libresolv.so.2"].map(async (name) => ({
      name: `${folder}/${name}`,
      content: await readFile(`/${folder}/${name}`),
      mode: 0o755,
    })),
  );
  return [{ name: loader.slice(1), content: await readFile(loader), mode: 0o755 }, ...libraries];
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}
