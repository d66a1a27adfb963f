import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { silentLog } from "../../src/base/log.ts";
import type { ApiResponse } from "../../src/apiserver/http.ts";
import { serve } from "../../src/host/node/http/serve.ts";
import { testAuthority } from "../../src/host/node/pki/testing.ts";

/** What a request costs the carrier, all in, over TLS: this process serves, a child asks. CPU is this process's alone. */
export async function run(print: (line: string) => void): Promise<void> {
  const authority = testAuthority();
  const object = Buffer.from(JSON.stringify({ kind: "Pod", filler: "x".repeat(1100) }));
  const headers = { "content-type": "application/json", "cache-control": "no-cache, private" };
  const event = Buffer.from(`${JSON.stringify({ type: "ADDED", object: "x".repeat(1000) })}\n`);
  let asked = 0;
  let delivered = 0;
  const server = await serve({
    port: 0,
    host: "127.0.0.1",
    log: silentLog,
    tls: { ...authority.server("127.0.0.1"), clientCa: authority.certificate },
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
    const child = fork(join(import.meta.dirname, "http-load.ts"), [load, String(server.address.port)]);
    await once(child, "message");
    const cpu = process.cpuUsage();
    const start = performance.now();
    [asked, delivered] = [0, 0];
    await once(child, "message");
    const { user, system } = process.cpuUsage(cpu);
    const elapsed = (performance.now() - start) / 1000;
    const count = load.startsWith("get") ? asked : delivered;
    const each = ((user + system) / count).toFixed(1);
    const rate = Math.round(count / elapsed).toString();
    print(`http: ${load.padEnd(12)} ${rate.padStart(8)}/s  ${each} µs CPU each`);
    child.kill();
    await once(child, "exit");
  }
  await server.close();
}
