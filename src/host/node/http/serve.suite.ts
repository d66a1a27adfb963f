import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, RequestOptions } from "node:http";
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { connect as connectHttp2 } from "node:http2";
import { Agent, request as requestHttps } from "node:https";
import type { Readable } from "node:stream";
import type { TLSSocket } from "node:tls";
import { connect as connectTls } from "node:tls";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { WebSocket } from "ws";
import type { ApiRequest, ApiResponse } from "../../../apiserver/http.ts";
import { BodyTooLarge } from "../../../apiserver/http.ts";
import { type TestAuthority, testAuthority } from "../pki/testing.ts";
import type { HttpServer } from "./serve.ts";

export const authority = testAuthority();
export const tls = { ...authority.server("127.0.0.1"), clientCa: authority.certificate };

/** Signals of requests that wait, in the order in which they came. */
const signals: AbortSignal[] = [];
const arrived: (() => void)[] = [];

async function* endless(signal: AbortSignal): AsyncGenerator<readonly Uint8Array[]> {
  yield [Buffer.from('{"n":1}\n')];
  yield [Buffer.from('{"n":2}\n'), Buffer.from('{"n":3}\n')];
  signals.push(signal);
  arrived.shift()?.();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  yield [Buffer.from('{"end":true}\n')];
}

function* list(count: number): Generator<readonly Uint8Array[]> {
  for (let index = 0; index < count; index++) yield [Buffer.from(`item ${index}\n`)];
}

export async function handler(request: ApiRequest): Promise<ApiResponse> {
  const text = (body: string | Buffer): ApiResponse => ({
    status: 200,
    headers: { "content-type": "text/plain" },
    body: Buffer.from(body),
  });
  const { method, path, query, headers, peer } = request;
  switch (path) {
    case "/peer":
      return text(JSON.stringify(peer));
    case "/body":
      try {
        return text(String((await request.body(1_000_000)).length));
      } catch (error) {
        if (!(error instanceof BodyTooLarge)) throw error;
        return { status: 413, headers: {}, body: Buffer.from("too large") };
      }
    case "/long":
      return text("x".repeat(200_000));
    case "/huge":
      return text(Buffer.alloc(40_000_000));
    case "/list":
      return {
        status: 200,
        headers: {},
        body: { type: "chunks", chunks: list(Number(query.get("count"))), compressible: true },
      };
    case "/watch":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: { type: "chunks", chunks: endless(request.signal) },
      };
    case "/wait":
      signals.push(request.signal);
      arrived.shift()?.();
      await new Promise<void>((resolve) => request.signal.addEventListener("abort", () => resolve()));
      return text("");
    case "/several":
      return { status: 204, headers: { warning: ["299 - one", "299 - two"] }, body: undefined };
    case "/exec":
      return {
        status: 101,
        headers: {},
        body: { type: "upgrade", handler: { type: "tunnel", address: "127.0.0.1", port: 1 } },
      };
    case "/fails":
      throw new Error("broken");
  }
  return text(`${method} ${path} ${query} ${headers["x-two"]} ${headers["host"] !== undefined}`);
}

type Served = Pick<HttpServer, "address" | "close">;

/** What every way to serve does. @param start serves `handler` with `tls` on a free port of 127.0.0.1. */
export function serverSuite(called: string, start: (graceMs: number) => Promise<Served>): void {
  describe(called, () => {
    let server: Served;
    let session: ClientHttp2Session;

    before(async () => {
      server = await start(1000);
      session = connectHttp2(`https://127.0.0.1:${server.address.port}`, { ca: authority.certificate });
    });

    after(async () => {
      session.close();
      agent.destroy();
      await server.close();
    });

    interface Answer {
      readonly status: number;
      readonly headers: Readonly<Record<string, unknown>>;
      readonly body: Buffer;
    }

    type Ask = (
      path: string,
      options?: { method?: string; headers?: OutgoingHttpHeaders; body?: Buffer },
    ) => Promise<Answer>;

    const agent = new Agent({ keepAlive: true, ca: authority.certificate });

    const askHttp1: Ask = async (path, { method = "GET", headers = {}, body } = {}) => {
      const message = await openHttp1({ path, method, headers }, body);
      return { status: message.statusCode!, headers: message.headers, body: Buffer.concat(await message.toArray()) };
    };

    async function openHttp1(options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
      const request = requestHttps({ host: "127.0.0.1", port: server.address.port, agent, ...options });
      request.on("error", () => {});
      request.end(body);
      const [message] = (await once(request, "response")) as [IncomingMessage];
      return message;
    }

    const askHttp2: Ask = async (path, { method = "GET", headers = {}, body } = {}) => {
      const stream = session.request({ ":path": path, ":method": method, ...headers });
      stream.on("error", () => {});
      stream.end(body);
      const [answer] = (await once(stream, "response")) as [Record<string, unknown>];
      return { status: Number(answer[":status"]), headers: answer, body: Buffer.concat(await stream.toArray()) };
    };

    for (const [name, ask] of [
      ["HTTP/1.1", askHttp1],
      ["HTTP/2", askHttp2],
    ] as const) {
      describe(name, () => {
        test("method, path, query and headers arrive as sent", async () => {
          const { status, headers, body } = await ask("/a%2Fb?x=1&y=%20", {
            method: "DELETE",
            headers: { "x-two": ["a", "b"] },
          });
          assert.equal(status, 200);
          assert.equal(body.toString(), "DELETE /a%2Fb x=1&y=+ a, b true");
          assert.equal(headers["content-length"], String(body.length));
        });

        test("bodies, up to the limit that the handler sets", async () => {
          assert.equal((await ask("/body", { method: "POST" })).body.toString(), "0");
          assert.equal(
            (await ask("/body", { method: "POST", body: Buffer.alloc(1_000_000) })).body.toString(),
            "1000000",
          );
          assert.equal((await ask("/body", { method: "POST", body: Buffer.alloc(1_000_001) })).status, 413);
          // In HTTP/2 the library itself refuses a length that the body does not have.
          if (name === "HTTP/2") return;
          const declared = { method: "POST", headers: { "content-length": "100000000" } };
          assert.equal((await ask("/body", declared)).status, 413);
        });

        test("huge answers do not keep others out", async () => {
          const huge = [ask("/huge"), ask("/huge")];
          assert.equal((await ask("/several")).status, 204);
          for (const answer of await Promise.all(huge)) assert.equal(answer.body.length, 40_000_000);
        });

        test("no body, several headers of one name, HEAD", async () => {
          const { status, headers, body } = await ask("/several");
          assert.equal(status, 204);
          assert.equal(headers["warning"], "299 - one, 299 - two");
          assert.equal(body.length, 0);
          const head = await ask("/long", { method: "HEAD" });
          assert.equal(head.headers["content-length"], "200000");
          assert.equal(head.body.length, 0);
        });

        test("long answers are compressed for those who can read it, short ones never", async () => {
          const accepts = { headers: { "accept-encoding": "gzip, deflate" } };
          const long = await ask("/long", accepts);
          assert.equal(long.headers["content-encoding"], "gzip");
          assert.equal(gunzipSync(long.body).length, 200_000);
          assert.equal((await ask("/long")).body.length, 200_000);
          assert.equal(
            (await ask("/long", { headers: { "accept-encoding": "gzip;q=0" } })).headers["content-encoding"],
            undefined,
          );
          const longList = await ask("/list?count=50000", accepts);
          assert.equal(longList.headers["content-encoding"], "gzip");
          assert.equal(gunzipSync(longList.body).toString().split("\n").length, 50_001);
          const shortList = await ask("/list?count=3", accepts);
          assert.equal(shortList.headers["content-encoding"], undefined);
          assert.equal(shortList.body.toString(), "item 0\nitem 1\nitem 2\n");
        });

        test("a handler that fails, and an upgrade that nobody asked for", async () => {
          const failed = await ask("/fails");
          assert.equal(failed.status, 500);
          assert.equal(JSON.parse(failed.body.toString()).message, "Internal error occurred: broken");
          assert.equal((await ask("/exec")).status, 400);
          assert.equal((await ask("/a")).status, 200);
        });
      });
    }

    /** Reads until the text has come. */
    async function readUntil(source: Readable, wanted: string): Promise<string> {
      let text = "";
      for await (const chunk of source.iterator({ destroyOnReturn: false })) {
        text += String(chunk);
        if (text.includes(wanted)) break;
      }
      return text;
    }

    function nextSignal(): Promise<AbortSignal> {
      return new Promise((resolve) => arrived.push(() => resolve(signals.at(-1)!)));
    }

    async function aborted(signal: AbortSignal): Promise<void> {
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    }

    test("streams: chunks come as they are made, and a client that leaves ends them", async () => {
      for (const open of [() => openHttp1({ path: "/watch" }), openStream]) {
        const signal = nextSignal();
        const source = await open();
        assert.equal(await readUntil(source, '"n":3'), '{"n":1}\n{"n":2}\n{"n":3}\n');
        source.destroy();
        await aborted(await signal);
      }
    });

    async function openStream(): Promise<ClientHttp2Stream> {
      const stream = session.request({ ":path": "/watch" });
      stream.on("error", () => {});
      await once(stream, "response");
      return stream;
    }

    test("a client that leaves before the answer aborts the request", async () => {
      const signal = nextSignal();
      const request = requestHttps({
        host: "127.0.0.1",
        port: server.address.port,
        path: "/wait",
        ca: authority.certificate,
        agent: false,
      });
      request.on("error", () => {});
      request.end();
      const seen = await signal;
      request.destroy();
      await aborted(seen);
    });

    test("a log or a watch by WebSocket: a message an event", async () => {
      const socket = new WebSocket(`wss://127.0.0.1:${server.address.port}/watch`, { ca: authority.certificate });
      const messages: string[] = [];
      const signal = nextSignal();
      await new Promise<void>((resolve) => {
        socket.on("message", (data: Buffer) => messages.push(data.toString()) === 3 && resolve());
      });
      assert.deepEqual(messages, ['{"n":1}', '{"n":2}', '{"n":3}']);
      socket.terminate();
      await aborted(await signal);
      const refused = new WebSocket(`wss://127.0.0.1:${server.address.port}/fails`, { ca: authority.certificate });
      const [error] = (await once(refused, "error")) as [Error];
      assert.match(error.message, /500/);
    });

    test("peers: without a certificate, with ours, with a stranger's", async () => {
      const peer = async (options: { cert?: string; key?: string }) => {
        const message = await openHttp1({ path: "/peer", agent: new Agent({ ca: authority.certificate, ...options }) });
        return JSON.parse(String(Buffer.concat(await message.toArray()))) as ApiRequest["peer"];
      };
      const pair = (ca: TestAuthority) => {
        const { certificate, key } = ca.client("admin", "system:masters", "others");
        return { cert: certificate, key };
      };
      assert.deepEqual(await peer({}), { address: "127.0.0.1" });
      assert.deepEqual(await peer(pair(testAuthority("stranger"))), { address: "127.0.0.1", badCertificate: true });
      const { certificate, ...rest } = await peer(pair(authority));
      assert.deepEqual(rest, { address: "127.0.0.1" });
      assert.equal(certificate?.commonName, "admin");
      assert.deepEqual(certificate?.organizations.toSorted(), ["others", "system:masters"]);
      assert.match(certificate!.fingerprint, /^[0-9a-f]{64}$/);
    });

    function rawSocket(): TLSSocket {
      return connectTls({ host: "127.0.0.1", port: server.address.port, ca: authority.certificate });
    }

    test("malformed requests, too many headers, and 100-continue", async () => {
      const answerTo = async (text: string) => {
        const socket = rawSocket();
        socket.write(text);
        return Buffer.concat(await socket.toArray()).toString();
      };
      assert.match(await answerTo("nonsense\r\n\r\n"), /^HTTP\/1.1 400 Bad Request\r\n/);
      assert.match(
        await answerTo(`GET / HTTP/1.1\r\nhost: x\r\na: ${"b".repeat(2_000_000)}\r\n\r\n`),
        /^HTTP\/1.1 431 /,
      );
      assert.match(
        await answerTo("GET http://other:80/abs?q=1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
        /GET \/abs q=1/,
      );
      const socket = rawSocket();
      socket.write(
        "POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
      );
      assert.match(await readUntil(socket, "\r\n\r\n"), /^HTTP\/1.1 100 Continue/);
      socket.write("abc");
      assert.match(await readUntil(socket, "\r\n3"), /^HTTP\/1.1 200 OK/);
      socket.destroy();
    });

    test("closing ends watches, whole, and leaves nothing open", async () => {
      const closing = await start(5000);
      const port = closing.address.port;
      const other = connectHttp2(`https://127.0.0.1:${port}`, { ca: authority.certificate });
      const stream = other.request({ ":path": "/watch" });
      const message = await openHttp1({
        path: "/watch",
        port,
        agent: new Agent({ ca: authority.certificate, keepAlive: true }),
      });
      const idle = connectTls({ host: "127.0.0.1", port, ca: authority.certificate });
      await once(idle, "secureConnect");
      await readUntil(message, '"n":3');
      await readUntil(stream, '"n":3');
      const closed = closing.close();
      // Both at once: a client's connection that is closed takes along what nobody has read of its streams.
      const ends = await Promise.all([readUntil(message, "end"), readUntil(stream, "end")]);
      assert.deepEqual(ends, ['{"end":true}\n', '{"end":true}\n']);
      idle.destroy();
      await closed;
    });
  });
}
