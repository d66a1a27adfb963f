import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { ByteDuplex, Waits } from "../../../kubelet/ports/runtime.ts";
import type { GrpcChannel } from "./grpc.ts";
import { containerdProcedures } from "./procedures.ts";
import { siblingProgram } from "../sibling.ts";

/** A relay that nobody uses ends after this time. */
const IDLE_MS = 10_000;

/**
 * Connections into sandboxes. A program listening on 127.0.0.1 in a pod can be reached only from within its network namespace,
 * which Node cannot enter by itself: a relay process is started there, one a sandbox, reached by a Unix socket (which belongs
 * to no network namespace). CRI's port-forward over WebSocket is no choice: it cannot half-close.
 */
export class PortRelays implements AsyncDisposable {
  readonly #channel: GrpcChannel;
  readonly #relays = new Map<string, Promise<Relay>>();

  constructor(channel: GrpcChannel) {
    this.#channel = channel;
  }

  async connect(sandboxId: string, port: number, { signal }: Waits): Promise<ByteDuplex> {
    const relay = await this.#relay(sandboxId, { signal });
    const socket = connect({ path: relay.socketPath, allowHalfOpen: true });
    try {
      await once(socket, "connect", { signal });
      socket.write(`${port}\n`);
      await connectionReply(socket, { signal });
    } catch (error) {
      socket.destroy();
      signal.throwIfAborted();
      throw error instanceof RuntimeError ? error : new RuntimeError("unavailable", String(error), { cause: error });
    }
    return duplexOf(socket, { signal });
  }

  #relay(sandboxId: string, waits: Waits): Promise<Relay> {
    const known = this.#relays.get(sandboxId);
    if (known !== undefined) return known;
    const relay = this.#start(sandboxId, waits);
    this.#relays.set(sandboxId, relay);
    relay.then(
      ({ child }) => child.once("exit", () => this.#relays.delete(sandboxId)),
      () => this.#relays.delete(sandboxId),
    );
    return relay;
  }

  async #start(sandboxId: string, { signal }: Waits): Promise<Relay> {
    const { process: task } = await this.#channel.call(
      containerdProcedures.getTask,
      { containerId: sandboxId },
      { signal },
    );
    if (task === undefined) throw new RuntimeError("not-found", `sandbox "${sandboxId}" is not running`);
    return await startRelay(task.pid, sandboxId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const relays = await Promise.allSettled(this.#relays.values());
    for (const relay of relays) if (relay.status === "fulfilled") relay.value.child.kill();
  }
}

interface Relay {
  readonly child: ChildProcess;
  readonly socketPath: string;
}

async function startRelay(pid: number, sandboxId: string): Promise<Relay> {
  const name = createHash("sha256").update(sandboxId).digest("hex").slice(0, 12);
  const directory = await mkdtemp(join("/run", `wherry-relay-${name}-`));
  const socketPath = join(directory, "socket");
  const program = siblingProgram(import.meta.url, "port-relay");
  const child = spawn(
    "nsenter",
    [`--net=/proc/${pid}/ns/net`, "--", process.execPath, program, socketPath, String(IDLE_MS)],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  // The relay also ends with this process: its standard input then does.
  child.unref();
  await new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("error", reject);
    child.once("exit", () =>
      reject(new RuntimeError("unavailable", `cannot enter the network of sandbox "${sandboxId}"`)),
    );
  });
  return { child, socketPath };
}

/** The relay answers one line: `ok`, or why there is no connection. What follows on the socket is the connection's. */
function connectionReply(socket: Socket, { signal }: Waits): Promise<void> {
  return new Promise((resolve, reject) => {
    let reply = Buffer.alloc(0);
    const finish = (error?: Error) => {
      signal.removeEventListener("abort", onAbort);
      socket.off("readable", onReadable);
      socket.off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onReadable = () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      reply = Buffer.concat([reply, chunk]);
      const end = reply.indexOf("\n");
      if (end === -1) return;
      const line = reply.subarray(0, end).toString();
      if (end + 1 < reply.length) socket.unshift(reply.subarray(end + 1));
      finish(line === "ok" ? undefined : new RuntimeError("unavailable", line));
    };
    const onClose = () => finish(new RuntimeError("unavailable", "the relay closed the connection"));
    const onAbort = () => finish(signal.reason as Error);
    socket.on("readable", onReadable);
    socket.once("close", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

function duplexOf(socket: Socket, { signal }: Waits): ByteDuplex {
  const onAbort = () => socket.destroy();
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", onAbort));
  // A broken connection shows as the end of the output and as a failing write.
  socket.on("error", () => {});
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
    closeWrite: () => new Promise((resolve) => socket.end(resolve)),
    output: socket.iterator({ destroyOnReturn: false }),
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  };
}
