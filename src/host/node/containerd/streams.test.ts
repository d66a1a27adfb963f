import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { ExecRequest, ExecSession } from "../../../kubelet/ports/runtime.ts";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import { signal, startPod, startTestNode, textOf, until, whyNoContainers } from "./test-node.ts";
import type { TestNode } from "./test-node.ts";

const skip = (await whyNoContainers()) ?? false;

/** Reads each connection to its end, and then answers how much it was and how it began. */
const SERVER = `use IO::Socket::INET; $SIG{CHLD} = "IGNORE"; $SIG{TERM} = sub { exit };
$listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 8080, Listen => 128);
while (1) {
  $client = $listener->accept or next;
  if (fork) { close $client; next }
  local $/;
  $text = <$client>;
  print $client length($text) . " " . substr($text, 0, 20);
  exit;
}`;

const plain = { stdin: false, stdout: true, stderr: true, tty: false } as const;

describe("containerd: streams into containers", { skip }, () => {
  let node: TestNode;
  let containerId: string;
  let sandboxId: string;
  before(async () => {
    node = await startTestNode(2, ["busybox", "ghcr.io/subicura/echo:v1"]);
    ({ containerId, sandboxId } = await startPod(node, "streams", {
      image: "ghcr.io/subicura/echo:v1",
      command: ["perl", "-e", SERVER],
    }));
  });
  after(async () => {
    await node?.[Symbol.asyncDispose]();
  });

  const exec = (request: Partial<ExecRequest> & Pick<ExecRequest, "command">): Promise<ExecSession> =>
    node.runtime.exec(containerId, { ...plain, ...request }, { signal });

  test("exec keeps the outputs apart and tells the exit code", async () => {
    await using session = await exec({ command: ["sh", "-c", "echo out; echo err >&2; exit 42"] });
    const [stdout, stderr, code] = await Promise.all([
      textOf(session.stdout),
      textOf(session.stderr),
      session.exitCode,
    ]);
    assert.deepEqual([stdout, stderr, code], ["out\n", "err\n", 42]);
  });

  test("exec ends the input while the output goes on", async () => {
    await using session = await exec({ command: ["wc", "-c"], stdin: true });
    const megabyte = Buffer.alloc(1024 * 1024, "x");
    for (let index = 0; index < 3; index++) await session.write(megabyte);
    await session.closeInput();
    assert.equal((await textOf(session.stdout)).trim(), String(3 * megabyte.length));
    assert.equal(await session.exitCode, 0);
  });

  test("exec on a terminal has a size that follows the client's", async () => {
    await using session = await exec({ command: ["sh"], stdin: true, tty: true });
    let seen = "";
    const reading = (async () => {
      for await (const chunk of session.stdout) seen += Buffer.from(chunk).toString();
    })();
    await session.resize({ width: 123, height: 45 });
    await session.write(Buffer.from("stty size; echo term=$TERM\n"));
    await until("the size is told", async () => seen.includes("45 123") && seen.includes("term=xterm"));
    await session.resize({ width: 90, height: 30 });
    await session.write(Buffer.from("stty size; exit 5\n"));
    assert.equal(await session.exitCode, 5);
    await reading;
    assert.match(seen, /30 90/);
  });

  test("exec of what is not there fails at once, and leaves nothing", async () => {
    await assert.rejects(exec({ command: ["/no/such"] }), (error) => {
      return error instanceof RuntimeError && /no such file or directory/.test(error.message);
    });
    await until("no stream is left", async () => (await readdir(node.containerd.places.streams)).length === 0);
  });

  test("a command whose client has gone runs on to its end", async () => {
    const session = await exec({ command: ["sh", "-c", "yes | head -c 3000000; touch /tmp/finished"], stdin: true });
    await session[Symbol.asyncDispose]();
    await until("the command has ended", async () => {
      const found = await node.runtime.execSync(containerId, ["ls", "/tmp/finished"], 5000, { signal });
      return found.exitCode === 0;
    });
    await until("no stream is left", async () => (await readdir(node.containerd.places.streams)).length === 0);
  });

  test("attach gives input, ends it, and tells the container's exit code", async () => {
    const pod = await startPod(node, "attach", {
      command: ["sh", "-c", "echo ready >&2; wc -c; exit 9"],
      stdin: true,
      stdinOnce: true,
    });
    await using session = await node.runtime.attach(pod.containerId, { ...plain, stdin: true }, { signal });
    const output = textOf(session.stdout);
    await session.write(Buffer.from("hello"));
    await session.closeInput();
    assert.equal(await session.exitCode, 9);
    assert.equal((await output).trim(), "5");
  });

  test("who only watched leaves the input alone; an input for many ends with the client's output", async () => {
    const once = await startPod(node, "watched", {
      command: ["cat"],
      stdin: true,
      stdinOnce: true,
    });
    const watcher = await node.runtime.attach(once.containerId, plain, { signal });
    await watcher[Symbol.asyncDispose]();
    assert.equal(await watcher.exitCode, 0);
    await using writer = await node.runtime.attach(once.containerId, { ...plain, stdin: true }, { signal });
    const written = textOf(writer.stdout);
    await writer.write(Buffer.from("b\n"));
    await writer.closeInput();
    assert.equal(await writer.exitCode, 0);
    assert.equal(await written, "b\n");
    const many = await startPod(node, "many", { command: ["cat"], stdin: true });
    await using client = await node.runtime.attach(many.containerId, { ...plain, stdin: true }, { signal });
    await client.closeInput();
    assert.equal(await textOf(client.stdout), "");
    assert.equal((await node.runtime.containerStatus(many.containerId, { signal })).state, "running");
  });

  test("attach to a terminal passes size and keys", async () => {
    const pod = await startPod(node, "attach-tty", { command: ["sh"], stdin: true, tty: true });
    await using session = await node.runtime.attach(pod.containerId, { ...plain, stdin: true, tty: true }, { signal });
    let seen = "";
    const reading = (async () => {
      for await (const chunk of session.stdout) seen += Buffer.from(chunk).toString();
    })();
    await session.resize({ width: 77, height: 33 });
    await until("the size has arrived", async () => {
      await session.write(Buffer.from("stty size\n"));
      return seen.includes("33 77");
    });
    await session.write(Buffer.from("exit 4\n"));
    assert.equal(await session.exitCode, 4);
    await reading;
  });

  test("port-forward passes bytes both ways, and ends each way by itself", async () => {
    await using counted = await node.runtime.portForward(sandboxId, 8080, { signal });
    const counting = textOf(counted.output);
    await counted.write(Buffer.alloc(100_000));
    await counted.closeWrite();
    assert.match(await counting, /^100000 /);
  });

  test("port-forward carries many connections at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        await using connection = await node.runtime.portForward(sandboxId, 8080, { signal });
        const answer = textOf(connection.output);
        await connection.write(Buffer.from(`message ${index + 10}`));
        await connection.closeWrite();
        return await answer;
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 50 }, (_, index) => `10 message ${index + 10}`),
    );
  });

  test("port-forward to a port where nobody listens says so", async () => {
    await assert.rejects(node.runtime.portForward(sandboxId, 9999, { signal }), /localhost:9999.*refused/);
  });
});
