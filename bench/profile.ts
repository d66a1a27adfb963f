import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { BenchError } from "./errors.ts";

/** Where a process that is told by SIGUSR1 to be inspected listens. */
const INSPECTOR = "http://127.0.0.1:9229/json";
const ATTEMPTS = 50;

/**
 * Takes a CPU profile of a Node process while the work goes on, and a heap snapshot after it: `<name>.cpuprofile` and
 * `<name>.heapsnapshot`, for the developer tools of a browser.
 */
export async function profileOf<T>(pid: number, name: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(name), { recursive: true });
  using inspector = await inspect(pid);
  await inspector.ask("Profiler.enable");
  await inspector.ask("Profiler.start");
  const result = await work();
  const { profile } = await inspector.ask("Profiler.stop");
  writeFileSync(`${name}.cpuprofile`, JSON.stringify(profile));
  await inspector.snapshot(`${name}.heapsnapshot`);
  return result;
}

interface Inspector extends Disposable {
  ask(method: string): Promise<{ readonly profile?: unknown }>;
  snapshot(file: string): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly result?: { readonly profile?: unknown };
  readonly method?: string;
  readonly params?: { readonly chunk: string };
}

async function inspect(pid: number): Promise<Inspector> {
  process.kill(pid, "SIGUSR1");
  const socket = new WebSocket(await addressOf(), { maxPayload: 0 });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const answers = new Map<number, (result: { readonly profile?: unknown }) => void>();
  let onChunk: ((chunk: string) => void) | undefined;
  let asked = 0;
  socket.on("message", (data: Buffer) => {
    const { id, result, method, params } = JSON.parse(data.toString()) as Message;
    if (id !== undefined) answers.get(id)?.(result ?? {});
    else if (method === "HeapProfiler.addHeapSnapshotChunk") onChunk?.(params!.chunk);
  });
  const ask = (method: string) =>
    new Promise<{ readonly profile?: unknown }>((resolve) => {
      answers.set(++asked, resolve);
      socket.send(JSON.stringify({ id: asked, method }));
    });
  return {
    ask,
    async snapshot(file) {
      const stream = createWriteStream(file);
      onChunk = (chunk) => stream.write(chunk);
      await ask("HeapProfiler.takeHeapSnapshot");
      await new Promise<void>((resolve) => stream.end(resolve));
    },
    [Symbol.dispose]: () => socket.close(),
  };
}

async function addressOf(): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const [target] = (await (await fetch(INSPECTOR)).json()) as { readonly webSocketDebuggerUrl: string }[];
      return target!.webSocketDebuggerUrl;
    } catch {
      await sleep(100);
    }
  }
  throw new BenchError("no profile: the process does not open its inspector on port 9229; is the port in use?");
}
