import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import type { Worker } from "node:worker_threads";
import { silentLog } from "../../../base/log.ts";
import { serveByListeners } from "./listeners.ts";
import { authority, handler, serverSuite, tls } from "./serve.suite.ts";
import { serve } from "./serve.ts";

const local = { handler, host: "127.0.0.1", tls, log: silentLog };

serverSuite("in this thread", (graceMs) => serve({ ...local, port: 0, graceMs }));
serverSuite("by a thread that listens", (graceMs) => serveByListeners({ ...local, port: 0, graceMs, threads: 1 }));
serverSuite("by two threads", (graceMs) => serveByListeners({ ...local, port: 0, graceMs, threads: 2 }));

test("a port that is taken is refused, by whomever it is listened to", async () => {
  for (const threads of [1, 2]) {
    const first = await serveByListeners({ ...local, port: 0, threads });
    for (const others of [1, 2]) {
      const { port } = first.address;
      await assert.rejects(serveByListeners({ ...local, port, threads: others }), { code: "EADDRINUSE" });
    }
    await first.close();
  }
});

test("a server that was closed is not missed, and neither is one whose group ends", async () => {
  const server = await serveByListeners({ ...local, port: 0, threads: 1 });
  const ending = new AbortController();
  const [byClosing, byEnd] = [server.alive(new AbortController().signal), server.alive(ending.signal)];
  ending.abort();
  await byEnd;
  await server.close();
  await byClosing;
});

/** The threads that this one starts until the test has ended. @param onStart is given each, and its number */
function watchThreads(t: TestContext, onStart?: (thread: Worker, number: number) => void): readonly Worker[] {
  const threads: Worker[] = [];
  const watch = (thread: Worker) => {
    threads.push(thread);
    onStart?.(thread, threads.length);
  };
  process.on("worker", watch);
  t.after(() => process.off("worker", watch));
  return threads;
}

const DEATH = /^Error: a thread that listens has ended$/;

test("a thread that dies is missed, and the server closes nevertheless", async (t) => {
  const threads = watchThreads(t);
  const server = await serveByListeners({ ...local, port: 0, threads: 2 });
  const alive = server.alive(new AbortController().signal);
  await threads[1]!.terminate();
  await assert.rejects(alive, DEATH);
  await server.close();
  assert(threads.every(isGone));
});

test("where one thread does not start, none stays", async (t) => {
  const threads = watchThreads(t, (thread, number) => {
    if (number === 2) void thread.terminate();
  });
  await assert.rejects(serveByListeners({ ...local, port: 0, threads: 3 }), DEATH);
  assert.equal(threads.length, 3);
  assert(threads.every(isGone));
});

function isGone({ threadId }: Worker): boolean {
  return threadId === -1;
}

test("a new certificate is shown to new connections", async () => {
  const renewed = await serve({ handler, port: 0, host: "127.0.0.1", tls, log: silentLog });
  renewed.setTls({ ...tls, ...authority.server("next", "127.0.0.1") });
  const socket = connectTls({ host: "127.0.0.1", port: renewed.address.port, ca: authority.certificate });
  await once(socket, "secureConnect");
  assert.equal(socket.getPeerCertificate().subject.CN, "next");
  socket.destroy();
  await renewed.close();
});

test("without TLS, plain HTTP/1.1 is spoken", async () => {
  const plain = await serve({ handler, port: 0, host: "127.0.0.1", log: silentLog });
  const response = await fetch(`http://127.0.0.1:${plain.address.port}/x?y=1`);
  assert.match(await response.text(), /^GET \/x y=1/);
  await plain.close();
});
