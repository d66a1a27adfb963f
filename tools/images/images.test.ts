import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import {
  sandboxConfig,
  signal,
  startPod,
  startTestNode,
  until,
  whyNoContainers,
} from "../../src/host/node/containerd/test-node.ts";
import type { TestNode } from "../../src/host/node/containerd/test-node.ts";
import type { ContainerConfig } from "../../src/kubelet/ports/runtime.ts";
import { buildImages, imageNames } from "./build.ts";

const skip = (await whyNoContainers()) ?? false;

test("images: an unknown name is an error that tells the known ones", async () => {
  await assert.rejects(
    buildImages(["no-such:1"], { progress: () => {} }),
    /no recipe for the image "no-such:1".*nginx/,
  );
});

describe("images: each starts and does its work", { skip }, () => {
  let node: TestNode;
  let clientId: string;
  before(async () => {
    node = await startTestNode(7, imageNames);
    ({ containerId: clientId } = await startPod(node, "client", {
      image: "docker.io/curlimages/curl:latest",
      command: ["sleep", "1000"],
    }));
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  /** Starts a pod as the image says, and returns its address. */
  async function serve(name: string, image: string, more: Partial<ContainerConfig> = {}) {
    const { sandboxId, containerId } = await startPod(node, name, { image, ...more });
    return { address: (await node.runtime.sandboxStatus(sandboxId, { signal })).ips[0]!, containerId };
  }

  async function inClient(...command: string[]): Promise<string> {
    const { stdout, stderr } = await node.runtime.execSync(clientId, command, 10_000, { signal });
    return Buffer.from(stdout).toString() + Buffer.from(stderr).toString();
  }

  async function untilAnswers(url: string): Promise<string> {
    let answer = "";
    await until(`${url} answers`, async () => {
      answer = await inClient("curl", "-si", url);
      return answer.startsWith("HTTP/1.1");
    });
    return answer;
  }

  async function stopped(containerId: string): Promise<number> {
    await node.runtime.stopContainer(containerId, 10, { signal });
    return (await node.runtime.containerStatus(containerId, { signal })).exitCode;
  }

  test("nginx, in versions that differ", async () => {
    for (const tag of ["1.16", "1.17"]) {
      const { address, containerId } = await serve(`nginx-${tag}`, `docker.io/library/nginx:${tag}`);
      const answer = await untilAnswers(`http://${address}/`);
      assert.match(answer, new RegExp(`X-Image: nginx:${tag}\r\n`));
      assert.match(answer, /Welcome to nginx!/);
      const log = await readFile(`${sandboxConfig(node, `nginx-${tag}`).logDirectory}/main/0.log`, "utf8");
      assert.match(log, /stdout F .*"GET \/ HTTP\/1.1" 200/);
      assert.equal(await stopped(containerId), 0);
    }
  });

  test("httpd", async () => {
    const { address, containerId } = await serve("httpd", "docker.io/library/httpd:2.4");
    assert.match(await untilAnswers(`http://${address}/`), /It works!/);
    assert.equal(await stopped(containerId), 0);
  });

  test("redis takes connections from other pods, and counter counts in it", async () => {
    const redis = await serve("redis", "docker.io/library/redis:3.2");
    const counter = await serve("counter", "ghcr.io/subicura/counter:latest", {
      environment: [
        { name: "REDIS_HOST", value: redis.address },
        { name: "REDIS_PORT", value: `tcp://${redis.address}:6379` },
      ],
    });
    await until("the counter reaches redis", async () => {
      return (await inClient("curl", "-s", `http://${counter.address}:3000/`)) === "1\n";
    });
    assert.equal(await inClient("curl", "-s", `http://${counter.address}:3000/`), "2\n");
    assert.equal(await stopped(redis.containerId), 0);
  });

  test("echo tells its version and host, and answers what is open when it is stopped", async () => {
    const { address, containerId } = await serve("echo", "ghcr.io/subicura/echo:v2");
    assert.match(await untilAnswers(`http://${address}:3000/`), /\r\n\r\nv2 - echo\n$/);
    assert.match(await inClient("curl", "-s", `http://${address}:3000/nowhere`), /not found/);
    const slow = `(printf 'GET / HTTP/1.1\\r\\n'; sleep 1; printf '\\r\\n'; sleep 1) | nc ${address} 3000`;
    const open = inClient("sh", "-c", slow);
    await until("the request is open", async () => {
      const table = await node.runtime.execSync(containerId, ["netstat", "-tn"], 5000, { signal });
      return /:3000 .*ESTABLISHED/.test(Buffer.from(table.stdout).toString());
    });
    assert.equal(await stopped(containerId), 0);
    assert.match(await open, /v2 - echo/);
  });

  test("busybox' wget keeps its timeout", async () => {
    const { address } = await serve("page", "docker.io/library/nginx:latest");
    await untilAnswers(`http://${address}/`);
    assert.match(await inClient("wget", "-T", "2", "-qO-", `http://${address}/`), /Welcome to nginx!/);
    assert.match(await inClient("wget", "-qO-", "--timeout=2", `http://${address}/`), /Welcome to nginx!/);
    const { address: silent } = await serve("silent", "docker.io/library/busybox:latest", {
      command: ["nc", "-ll", "-p", "80", "-e", "sleep", "100"],
    });
    await until("the silent server listens", async () => {
      return /timed out/.test(await inClient("wget", "-qO-", "-T1", `http://${silent}/`));
    });
  });
});
