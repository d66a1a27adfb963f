import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { silentLog } from "../../../base/log.ts";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import { listLoadedImages, loadedImage } from "../containerd/loaded-images.ts";
import { containerdProcedures } from "../containerd/procedures.ts";
import { signal, startTestNode, whyNoContainers } from "../containerd/test-node.ts";
import type { TestNode } from "../containerd/test-node.ts";
import { type LoadedImageRegistry, startRegistry } from "./registry.ts";
import { parseRange, parseRequest } from "./request.ts";

const skip = (await whyNoContainers()) ?? false;
const BUSYBOX = "docker.io/library/busybox:latest";

test("requests are read as the distribution protocol has them", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const cases: Record<string, ReturnType<typeof parseRequest>> = {
    "/v2/": { kind: "version" },
    "/v2/library/busybox/manifests/latest?ns=docker.io": {
      kind: "manifests",
      repository: "docker.io/library/busybox",
      reference: "latest",
    },
    [`/v2/a/blobs/${digest}?ns=localhost%3A5000`]: { kind: "blobs", repository: "localhost:5000/a", reference: digest },
    "/v2/library/busybox/manifests/latest": undefined,
    "/v2/a/blobs/latest?ns=ghcr.io": undefined,
    "/v2/a/tags/list?ns=ghcr.io": undefined,
    "/": undefined,
  };
  for (const [target, expected] of Object.entries(cases)) assert.deepEqual(parseRequest(target), expected, target);
});

test("ranges are read as HTTP has them", () => {
  assert.equal(parseRange(undefined, 10), undefined);
  assert.deepEqual(parseRange("bytes=0-3", 10), { offset: 0, size: 4 });
  assert.deepEqual(parseRange("bytes=4-", 10), { offset: 4, size: 6 });
  assert.deepEqual(parseRange("bytes=8-99", 10), { offset: 8, size: 2 });
  assert.deepEqual(parseRange("bytes=-3", 10), { offset: 7, size: 3 });
  assert.equal(parseRange("bytes=10-", 10), "unsatisfiable");
  assert.equal(parseRange("bytes=-0", 10), "unsatisfiable");
  assert.equal(parseRange("bytes=0-1,3-4", 10), undefined);
  assert.equal(parseRange("bytes=3-1", 10), undefined);
});

describe("registry of loaded images", { skip }, () => {
  let node: TestNode;
  let registry: LoadedImageRegistry;
  const start = () =>
    startRegistry({
      channel: node.runtime.channel,
      registries: node.containerd.places.registries,
      port: 0,
      log: silentLog,
    });
  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${registry.port}/v2/library/busybox/${path}?ns=docker.io`, init);

  before(async () => {
    node = await startTestNode(7);
    registry = await start();
  });
  after(async () => {
    await registry?.[Symbol.asyncDispose]();
    await node?.[Symbol.asyncDispose]();
  });

  test("a loaded image is pulled without a network, again and again", async () => {
    const loaded = await node.runtime.image(BUSYBOX, { signal });
    for (let pull = 0; pull < 3; pull++) await node.runtime.pullImage(BUSYBOX, undefined, { signal });
    assert.equal((await node.runtime.image(BUSYBOX, { signal }))?.id, loaded?.id);
    assert((await listLoadedImages(node.runtime.channel, { signal })).some(({ name }) => name === BUSYBOX));
  });

  test("an image that was not loaded is asked for at its own registry, and fails in the runtime's usual words", async () => {
    const startedAtMs = performance.now();
    await assert.rejects(node.runtime.pullImage("127.0.0.1:1/none:latest", undefined, { signal }), (error) => {
      assert(error instanceof RuntimeError);
      assert.match(
        error.message,
        /^failed to pull and unpack image "127\.0\.0\.1:1\/none:latest": failed to resolve reference "127\.0\.0\.1:1\/none:latest": failed to do request: Head "http.?:\/\/127\.0\.0\.1:1\/v2\/none\/manifests\/latest.*connection refused$/,
      );
      return true;
    });
    assert(performance.now() - startedAtMs < 5_000, "it failed at once");
  });

  test("manifests by tag and digest, blobs whole and in part, and their facts", async () => {
    const tagged = await ask("manifests/latest");
    assert.equal(tagged.status, 200);
    const bytes = Buffer.from(await tagged.arrayBuffer());
    const digest = tagged.headers.get("docker-content-digest")!;
    assert.equal(digest, digestOf(bytes));
    const { mediaType, config } = JSON.parse(bytes.toString());
    assert.equal(tagged.headers.get("content-type"), mediaType);
    assert.deepEqual(Buffer.from(await (await ask(`manifests/${digest}`)).arrayBuffer()), bytes);

    const head = await ask(`blobs/${config.digest}`, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-length"), String(config.size));
    assert.equal((await head.arrayBuffer()).byteLength, 0);
    const whole = Buffer.from(await (await ask(`blobs/${config.digest}`)).arrayBuffer());
    assert.equal(digestOf(whole), config.digest);
    const part = await ask(`blobs/${config.digest}`, { headers: { range: "bytes=2-5" } });
    assert.equal(part.status, 206);
    assert.equal(part.headers.get("content-range"), `bytes 2-5/${config.size}`);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(2, 6));
    const beyond = await ask(`blobs/${config.digest}`, { headers: { range: `bytes=${config.size}-` } });
    assert.equal(beyond.status, 416);
  });

  test("a large layer streams through", async () => {
    const { layers } = (await (await ask("manifests/latest")).json()) as { layers: { digest: string; size: number }[] };
    const layer = Buffer.from(await (await ask(`blobs/${layers[0]!.digest}`)).arrayBuffer());
    assert.equal(layer.length, layers[0]!.size);
    assert.equal(digestOf(layer), layers[0]!.digest);
  });

  test("what was not loaded is unknown, and nothing is written", async () => {
    assert.equal((await ask("manifests/1.2.3")).status, 404);
    assert.equal((await ask(`blobs/sha256:${"0".repeat(64)}`)).status, 404);
    assert.equal((await ask("manifests/latest", { method: "PUT", body: "{}" })).status, 405);
    const { target } = (await loadedImage(node.runtime.channel, BUSYBOX, { signal }))!;
    const elsewhere = `http://127.0.0.1:${registry.port}/v2/other/blobs/${target.digest}?ns=docker.io`;
    assert.equal((await fetch(elsewhere)).status, 404, "blobs belong to their repository");
    const pulled = { name: "docker.io/library/pulled:latest", target };
    await node.runtime.channel.call(containerdProcedures.createImage, { image: pulled }, { signal });
    assert.equal(await loadedImage(node.runtime.channel, pulled.name, { signal }), undefined);
  });

  test("a new start writes its new port, an orderly end takes it back", async () => {
    const file = join(node.containerd.places.registries, "_default", "hosts.toml");
    const second = await start();
    assert.match(await readFile(file, "utf8"), new RegExp(`http://127.0.0.1:${second.port}"`));
    await node.runtime.pullImage(BUSYBOX, undefined, { signal });
    await second[Symbol.asyncDispose]();
    await assert.rejects(readFile(file), { code: "ENOENT" });
  });
});

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
