import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { silentLog } from "../../../base/log.ts";
import type { HttpServer } from "../http/serve.ts";
import { serve } from "../http/serve.ts";
import { testAuthority } from "../pki/testing.ts";
import { buildKubeconfig } from "../pki/kubeconfig.ts";
import { running, servePod } from "./pod-server.suite.ts";

// The real kubectl, named by KUBECTL or found in the PATH.
const kubectl = process.env["KUBECTL"] ?? "kubectl";
const missing = spawnSync(kubectl, ["version", "--client"]).status === 0 ? false : "there is no kubectl";

const directory = mkdtempSync(join(tmpdir(), "kubectl-"));
const kubeconfig = join(directory, "kubeconfig");
const bigFile = join(directory, "big");
const big = Buffer.alloc(20_000_000, "0123456789abcdefg");

/** What clients asked to upgrade to, since a test last looked. */
let upgrades: string[] = [];
let server: HttpServer;
/** What the server passes everything on to, as an API server does to a node. */
let node: HttpServer;

before(async () => {
  const authority = testAuthority();
  const options = { port: 0, host: "127.0.0.1", log: silentLog, tls: authority.server("127.0.0.1") };
  node = await serve({ ...options, handler: servePod });
  const nodeAddress = `https://127.0.0.1:${node.address.port}`;
  server = await serve({
    ...options,
    async handler(request) {
      const { path, query, method, headers } = request;
      if (headers["upgrade"] === undefined) return servePod(request);
      upgrades.push(headers["upgrade"].toLowerCase());
      const url = `${nodeAddress}${path}?${query}`;
      const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== "host")) as Record<
        string,
        string
      >;
      const tls = { ca: authority.certificate };
      return {
        status: 101,
        headers: {},
        body: { type: "upgrade", handler: { type: "relay", url, method, headers: passed, tls } },
      };
    },
  });
  const address = `https://127.0.0.1:${server.address.port}`;
  writeFileSync(
    kubeconfig,
    buildKubeconfig({ name: "test", server: address, authority: authority.certificate, user: { token: "x" } }),
  );
  writeFileSync(bigFile, big);
});

after(async () => {
  await Promise.all([server.close(), node.close()]);
  rmSync(directory, { recursive: true });
  // They are told to end while it closes; one that does not is waited for in vain.
  await Promise.all(running);
  assert.equal(running.size, 0, "no command outlives its server");
});

for (const [transport, webSockets] of [
  ["websocket", "true"],
  ["spdy/3.1", "false"],
] as const) {
  describe(`kubectl over ${transport}`, { skip: missing }, () => {
    const start = (words: readonly string[]): ChildProcess =>
      spawn(kubectl, ["--kubeconfig", kubeconfig, ...words], {
        env: {
          ...process.env,
          KUBECTL_REMOTE_COMMAND_WEBSOCKETS: webSockets,
          KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets,
        },
      });

    /** Runs to the end. */
    const run = async (words: readonly string[], input: Buffer | string = "") => {
      upgrades = [];
      const child = start(words);
      child.stdin!.on("error", () => {});
      child.stdin!.end(input);
      const [out, error, [code]] = await Promise.all([
        child.stdout!.toArray(),
        child.stderr!.toArray(),
        once(child, "close") as Promise<[number]>,
      ]);
      assert.deepEqual(new Set(upgrades), new Set([transport]), "no fallback");
      return { out: Buffer.concat(out), error: Buffer.concat(error).toString(), code };
    };

    test("stdout, stderr and exit code stay apart", async () => {
      const { out, error, code } = await run(["exec", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 7"]);
      assert.equal(out.toString(), "out\n");
      assert.equal(error, "err\ncommand terminated with exit code 7\n");
      assert.equal(code, 7);
    });

    test("a command that cannot start tells why", async () => {
      const { error, code } = await run(["exec", "web", "--", "refuse"]);
      assert.match(error, /container not found/);
      assert.equal(code, 1);
    });

    test("the end of stdin arrives", async () => {
      assert.equal((await run(["exec", "-i", "web", "--", "wc", "-c"], "abc\n")).out.toString().trim(), "4");
    });

    test("many bytes go through whole, each way", async () => {
      const sum = createHash("md5").update(big).digest("hex");
      assert.match((await run(["exec", "-i", "web", "--", "md5sum"], big)).out.toString(), new RegExp(`^${sum} `));
      assert((await run(["exec", "web", "--", "cat", bigFile])).out.equals(big));
    });

    test("attach", async () => {
      assert.equal((await run(["attach", "-i", "web"], "one\nquit\n")).out.toString(), "hello\none\nquit\n");
    });

    test("cp, each way", async () => {
      const [there, back] = [join(directory, "there"), join(directory, "back")];
      await run(["cp", bigFile, `web:${there}`]);
      await run(["cp", `web:${there}`, back]);
      assert(readFileSync(back).equals(big));
    });

    test("a command ends when kubectl does", async () => {
      const child = start(["exec", "web", "--", "sh", "-c", "echo begun; exec sleep 1000"]);
      await once(child.stdout!, "data");
      const ended = Promise.all(running);
      child.kill("SIGKILL");
      await ended;
    });

    test("port-forward: many connections, half-closed and dropped", async (context) => {
      const digests = createServer({ allowHalfOpen: true }, (socket) => {
        const hash = createHash("md5");
        socket.on("error", () => {});
        socket.on("data", (bytes: Buffer) => hash.update(bytes));
        socket.on("end", () => socket.end(hash.digest("hex")));
      });
      digests.listen(0, "127.0.0.1");
      await once(digests, "listening");
      context.after(() => digests.close());
      upgrades = [];
      const child = start([
        "port-forward",
        "--address",
        "127.0.0.1",
        "pod/web",
        `:${(digests.address() as AddressInfo).port}`,
      ]);
      context.after(() => child.kill());
      const [line] = (await once(child.stdout!, "data")) as [Buffer];
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(line.toString())![1]);
      child.stdout!.resume();
      const digest = async (bytes: Buffer) => {
        const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        socket.end(bytes);
        assert.equal(Buffer.concat(await socket.toArray()).toString(), createHash("md5").update(bytes).digest("hex"));
      };
      await Promise.all(Array.from({ length: 20 }, (_, index) => digest(Buffer.alloc(500_000, index + 1))));
      for (let round = 0; round < 5; round++) {
        const socket = connect({ port, host: "127.0.0.1" });
        socket.write(Buffer.alloc(100_000));
        await once(socket, "connect");
        socket.resetAndDestroy();
      }
      await digest(Buffer.from("still there"));
      assert.deepEqual(upgrades, [transport]);
    });
  });
}
