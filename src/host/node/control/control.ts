import { closeSync, openSync, rmSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a supervisor answers to a request: what it does meanwhile, and at last how it ended. */
export type ControlMessage =
  | { readonly type: "step"; readonly what: string; readonly tookMs: number }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly why: string };

export type ControlHandler = (request: unknown, step: (what: string, tookMs: number) => void) => Promise<unknown>;

const NAME = "control.sock";

/**
 * Listens in a directory that its owner alone may enter. Each connection is one request: a line of JSON comes, lines of JSON go.
 * A connection that is cut off does not call off what was asked for.
 */
export async function serveControl(directory: string, handler: ControlHandler): Promise<AsyncDisposable> {
  // Left by a process that was killed.
  rmSync(join(directory, NAME), { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => {});
    const say = (message: ControlMessage) => {
      if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
    };
    createInterface({ input: socket }).once("line", (line) => {
      const answer = async () => await handler(JSON.parse(line), (what, tookMs) => say({ type: "step", what, tookMs }));
      void answer()
        .then(
          (result) => say({ type: "done", result }),
          (error: unknown) => say({ type: "failed", why: error instanceof Error ? error.message : String(error) }),
        )
        .then(() => socket.end());
    });
  });
  await inDirectory(directory, (path) => listening(server.listen(path)));
  return {
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.unref();
      }),
  };
}

/** Asks the supervisor that listens in a directory. @throws with its own sentence, or where nobody listens */
export async function askControl(
  directory: string,
  request: unknown,
  step: (what: string, tookMs: number) => void,
  signal: AbortSignal,
): Promise<unknown> {
  const socket = await inDirectory(directory, (path) => connected(createConnection(path)));
  const stop = () => socket.destroy(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const message = JSON.parse(line) as ControlMessage;
      if (message.type === "step") step(message.what, message.tookMs);
      else if (message.type === "failed") throw new Error(message.why);
      else return message.result;
    }
    signal.throwIfAborted();
    throw new Error("the process of 'wherry up' ended before it had answered");
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

/** Socket addresses hold 107 bytes, and paths of directories may be longer: it is named by a handle of the directory. */
async function inDirectory<T>(directory: string, use: (path: string) => Promise<T>): Promise<T> {
  const handle = openSync(directory, "r");
  try {
    return await use(`/proc/self/fd/${handle}/${NAME}`);
  } finally {
    closeSync(handle);
  }
}

function listening(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("listening", () => resolve());
    server.once("error", reject);
  });
}

function connected(socket: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}
