import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { silentLog } from "../../../base/log.ts";
import type { ApiRequest, ApiResponse } from "../../../apiserver/http.ts";
import { exitCodeOf } from "../../../apiserver/streams.ts";
import { failure } from "../../../machinery/status.ts";
import type { HttpServer } from "../http/serve.ts";
import { serve } from "../http/serve.ts";
import { testAuthority } from "../pki/testing.ts";
import type { PortForward, RemoteCommand } from "./client.ts";
import { connectPortForward, connectRemoteCommand } from "./client.ts";
import { podPath, running, servePod } from "./pod-server.suite.ts";

const authority = testAuthority();
const tls = { ca: authority.certificate };

let server: HttpServer;
let relay: HttpServer;

before(async () => {
  const options = {
    port: 0,
    host: "127.0.0.1",
    log: silentLog,
    tls: authority.server("127.0.0.1"),
  };
  server = await serve({ ...options, handler: servePod });
  relay = await serve({ ...options, handler: relayToPod });
});

after(async () => {
  await Promise.all([server.close(), relay.close()]);
  // They are told to end while it closes; one that does not is waited for in vain.
  await Promise.all(running);
  assert.equal(running.size, 0, "no command outlives its server");
});

/** Passes everything on to the first server, as the API server does to a kubelet. */
async function relayToPod({ path, query, method, headers }: ApiRequest): Promise<ApiResponse> {
  if (path === "/denied") throw failure(403, "Forbidden", "no");
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && name !== "host") passed[name] = value;
  const url = `${urlOf(server)}${path}?${query}`;
  return {
    status: 101,
    headers: {},
    body: { type: "upgrade", handler: { type: "relay", url, method, headers: passed, tls } },
  };
}

function urlOf({ address }: HttpServer): string {
  return `https://127.0.0.1:${address.port}`;
}

function execUrl(command: readonly string[], streams: readonly string[], through: HttpServer = server): string {
  const query = new URLSearchParams([
    ...command.map((word) => ["command", word] as [string, string]),
    ...streams.map((name) => [name, "true"] as [string, string]),
  ]);
  return `${urlOf(through)}${podPath}/exec?${query}`;
}

function exec(command: readonly string[], through?: HttpServer): Promise<RemoteCommand> {
  return connectRemoteCommand(execUrl(command, ["stdin", "stdout", "stderr"], through), { tls });
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

for (const through of ["directly", "through a relay"]) {
  test(`exec ${through}: stdout, stderr, end of stdin and exit code`, async () => {
    const command = await exec(["sh", "-c", "cat; echo oops >&2; exit 3"], through === "directly" ? server : relay);
    await command.stdin.write(Buffer.from("hello"));
    await command.stdin.close();
    const [out, error, status] = await Promise.all([textOf(command.stdout), textOf(command.stderr), command.status]);
    assert.equal(out, "hello");
    assert.equal(error, "oops\n");
    assert.equal(exitCodeOf(status), 3);
  });

  test(`port-forward ${through}: many connections, half-closed each way`, async (context) => {
    const digests = createServer({ allowHalfOpen: true }, (socket) => {
      const hash = createHash("md5");
      socket.on("data", (bytes: Buffer) => hash.update(bytes));
      socket.on("end", () => socket.end(hash.digest("hex")));
    });
    const port = await listen(digests);
    context.after(() => digests.close());
    const forward = await connectPortForward(
      `${urlOf(through === "directly" ? server : relay)}${podPath}/portforward`,
      { tls },
    );
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const bytes = Buffer.alloc(300_000, index + 1);
        const stream = await forward.open(port);
        await stream.output.write(bytes);
        await stream.output.close();
        assert.equal(await textOf(stream.input), createHash("md5").update(bytes).digest("hex"));
        assert.equal(await stream.problem, "");
      }),
    );
    await closed(forward);
  });
}

async function listen(listener: ReturnType<typeof createServer>): Promise<number> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return (listener.address() as AddressInfo).port;
}

async function closed(forward: PortForward): Promise<void> {
  forward.close();
  await forward.closed;
}

test("exec: a refused command tells its status, a refused request its error", async () => {
  const command = await exec(["refuse"]);
  assert.equal((await command.status).message, "container not found");
  await assert.rejects(connectRemoteCommand(`${urlOf(relay)}/denied`, { tls }), { code: 403, message: "no" });
  await assert.rejects(connectRemoteCommand(`${urlOf(server)}/nowhere`, { tls }), { code: 404 });
});

test("exec: a command ends when its client goes away", async () => {
  const command = await exec(["sleep", "1000"]);
  assert.equal(running.size, 1);
  const ended = Promise.all(running);
  command.close();
  await ended;
  await assert.rejects(command.status, /connection broke/);
});

test("exec: a reader that does not read holds the command back", async () => {
  const command = await exec(["sh", "-c", "head -c 50000000 /dev/zero; echo done >&2"]);
  const stderr = command.stderr[Symbol.asyncIterator]();
  const done = stderr.next().then(() => "done");
  for (let round = 0; round < 50; round++) {
    const turn = new Promise<string>((resolve) => setImmediate(() => resolve("waits")));
    assert.equal(await Promise.race([done, turn]), "waits");
  }
  let bytes = 0;
  for await (const chunk of command.stdout) bytes += chunk.length;
  assert.equal(bytes, 50_000_000);
  assert.equal(exitCodeOf(await command.status), 0);
});

test("exec: the newest size of the terminal arrives", async () => {
  const command = await connectRemoteCommand(execUrl(["sizes"], ["stdin", "stdout", "tty"]), { tls });
  command.resize({ width: 100, height: 30 });
  const output = command.stdout[Symbol.asyncIterator]();
  assert.equal(Buffer.from((await output.next()).value!).toString(), "100x30\n");
  command.resize({ width: 77, height: 20 });
  assert.equal(Buffer.from((await output.next()).value!).toString(), "77x20\n");
  assert.equal(exitCodeOf(await command.status), 0);
});

/** Collects the messages of a connection to its end, or until there are enough. */
async function messagesOf(
  url: string,
  protocols: string[],
  send: readonly (string | Buffer)[] = [],
  enough = Infinity,
): Promise<{ messages: (string | Buffer)[]; protocol: string }> {
  const socket = new WebSocket(url.replace("https", "wss"), protocols, {
    ca: authority.certificate,
    perMessageDeflate: false,
  });
  const messages: (string | Buffer)[] = [];
  socket.on("message", (data: Buffer, isBinary) => {
    if (messages.push(isBinary ? data : data.toString()) === enough) socket.close();
  });
  socket.on("open", () => {
    for (const message of send) socket.send(message);
  });
  await once(socket, "close");
  return { messages, protocol: socket.protocol };
}

test("exec: the older WebSocket protocols", async () => {
  const url = execUrl(["sh", "-c", "echo hi; exit 2"], ["stdout", "stderr"]);
  const v4 = await messagesOf(url, ["v4.channel.k8s.io", "channel.k8s.io"]);
  assert.equal(v4.protocol, "v4.channel.k8s.io");
  assert.deepEqual(v4.messages.slice(0, 2), [Buffer.from([1]), Buffer.from("\x01hi\n")]);
  assert.equal(JSON.parse(v4.messages[2]!.toString().slice(1)).details.causes[0].message, "2");
  const base64 = await messagesOf(url, ["v4.base64.channel.k8s.io"]);
  assert.deepEqual(base64.messages.slice(0, 2), ["1", `1${Buffer.from("hi\n").toString("base64")}`]);
  const v1 = await messagesOf(url, []);
  assert.match(v1.messages[2]!.toString().slice(1), /^command terminated with non-zero exit code/);
  const echoed = await messagesOf(
    execUrl(["head", "-c", "4"], ["stdin", "stdout"]),
    ["base64.channel.k8s.io"],
    ["0YWJjZA=="],
  );
  assert.deepEqual(echoed.messages, ["1", "1YWJjZA=="]);
  await assert.rejects(messagesOf(url, ["v9.channel.k8s.io"]), /403/);
});

test("port-forward: the older WebSocket protocol announces each port", async (context) => {
  const echo = createServer((socket) => socket.once("data", (bytes) => socket.end(bytes)));
  const port = await listen(echo);
  context.after(() => echo.close());
  const url = `${urlOf(server)}${podPath}/portforward?ports=${port}`;
  const { messages } = await messagesOf(url, ["v4.channel.k8s.io"], [Buffer.from("\0ping")], 3);
  const announced = [port & 0xff, port >> 8];
  assert.deepEqual(messages, [Buffer.from([0, ...announced]), Buffer.from([1, ...announced]), Buffer.from("\0ping")]);
});

test("port-forward: what goes wrong is told, a dropped connection drops the other end", async (context) => {
  const accepted = Promise.withResolvers<Socket>();
  const silent = createServer((socket) => accepted.resolve(socket));
  const port = await listen(silent);
  context.after(() => silent.close());
  const unused = createServer();
  const nobody = await listen(unused);
  unused.close();
  const forward = await connectPortForward(`${urlOf(server)}${podPath}/portforward`, { tls });
  const refused = await forward.open(nobody);
  assert.match(await refused.problem, /ECONNREFUSED/);
  const dropped = await forward.open(port);
  const socket = await accepted.promise;
  const ended = once(socket.resume(), "close");
  dropped.reset();
  await ended;
  await assert.rejects(forward.open(0), /refused/);
  await closed(forward);
});
