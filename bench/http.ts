import { fork } from "node:child_process";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls } from "node:tls";
import { parseArgs } from "node:util";
import { silentLog } from "../src/base/log.ts";
import type { ApiResponse } from "../src/apiserver/http.ts";
import { serve } from "../src/host/node/http/serve.ts";
import { createAuthority, issue } from "../src/host/node/pki/certificate.ts";

// What a request costs the server, all in, over TLS: this process serves, a child asks. CPU is this process's alone.
//   node bench/http.ts [--seconds 5] [--connections 32] [--watchers 100]

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "32" },
    watchers: { type: "string", default: "100" },
    load: { type: "string" },
    port: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const watchers = Number(values.watchers);

if (values.load === undefined) await measureAll();
else await runLoad(values.load, Number(values.port));

async function measureAll(): Promise<void> {
  const times = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + 3_600_000 };
  const authority = createAuthority({ commonName: "ca" }, times);
  const pair = issue(authority, {
    subject: { commonName: "server" },
    usages: ["server auth"],
    names: ["127.0.0.1"],
    ...times,
  });
  const object = Buffer.from(JSON.stringify({ kind: "Pod", filler: "x".repeat(1100) }));
  const headers = { "content-type": "application/json", "cache-control": "no-cache, private" };
  const event = Buffer.from(`${JSON.stringify({ type: "ADDED", object: "x".repeat(1000) })}\n`);
  let asked = 0;
  let delivered = 0;
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    log: silentLog,
    tls: { key: pair.key, cert: pair.certificate, clientCa: authority.certificate },
    async handler({ path, signal }): Promise<ApiResponse> {
      if (path === "/watch") return { status: 200, headers, body: { type: "chunks", chunks: events(signal) } };
      asked++;
      return { status: 200, headers, body: object };
    },
  });
  async function* events(signal: AbortSignal): AsyncGenerator<readonly Uint8Array[]> {
    while (!signal.aborted) {
      delivered++;
      yield [event];
      // Three events a turn of the loop, as when writers keep the server busy.
      if (delivered % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  for (const load of ["get-http1", "get-http2", "watch-http1", "watch-http2"]) {
    const child = fork(import.meta.filename, [
      ...process.argv.slice(2),
      "--load",
      load,
      "--port",
      String(server.address.port),
    ]);
    await once(child, "message");
    const cpu = process.cpuUsage();
    const start = performance.now();
    [asked, delivered] = [0, 0];
    await once(child, "message");
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = (performance.now() - start) / 1000;
    const count = load.startsWith("get") ? asked : delivered;
    const each = ((user + system) / count).toFixed(1);
    process.stdout.write(
      `${load.padEnd(12)} ${Math.round(count / elapsed)
        .toString()
        .padStart(8)}/s  ${each} µs CPU each\n`,
    );
    child.kill();
    await once(child, "exit");
  }
  await server.close();
}

/** Keeps the server busy: says "begin" when warm, "end" when the time is up. */
async function runLoad(load: string, port: number): Promise<void> {
  const [what, version] = load.split("-") as [string, string];
  const count = what === "get" ? connections : watchers;
  const path = what === "get" ? "/api/v1/namespaces/default/pods/web" : "/watch";
  if (version === "http1") for (let index = 0; index < count; index++) startHttp1(port, path, what === "get");
  else startHttp2(port, path, count, what === "get");
  await later(1000);
  process.send!("begin");
  await later(seconds * 1000);
  process.send!("end");
}

function later(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** One request after another on a connection; an answer is known to be whole by its length. */
function startHttp1(port: number, path: string, again: boolean): void {
  const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false });
  const request = `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: application/json\r\nauthorization: Bearer x\r\nuser-agent: bench\r\n\r\n`;
  let received = 0;
  let whole = 0;
  socket.on("data", (bytes: Buffer) => {
    if (!again) return;
    if (whole === 0) {
      const text = bytes.toString("latin1");
      whole = text.indexOf("\r\n\r\n") + 4 + Number(/content-length: (\d+)/i.exec(text)![1]);
    }
    received += bytes.length;
    if (received < whole) return;
    received = 0;
    socket.write(request);
  });
  socket.write(request);
}

function startHttp2(port: number, path: string, count: number, again: boolean): void {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const ask = () => {
    const stream = session.request({ ":path": path, accept: "application/json", authorization: "Bearer x" });
    stream.resume();
    if (again) stream.on("end", ask);
  };
  for (let index = 0; index < count; index++) ask();
}
