import { closeSync, constants, openSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { runOrThrow } from "../packages/run.ts";

/** The FIFOs that a command in a container speaks through. */
export interface Fifos extends AsyncDisposable {
  /** Paths; empty for a stream that was not asked for. */
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly input: Socket | undefined;
  readonly output: Socket | undefined;
  readonly errors: Socket | undefined;
}

/**
 * Makes FIFOs and opens this process's ends without waiting for the others. They are sockets to Node, so that a silent command
 * does not occupy a thread of the pool as a file would.
 */
export async function openFifos(
  directory: string,
  id: string,
  wanted: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean },
): Promise<Fifos> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = (name: "stdin" | "stdout" | "stderr") => (wanted[name] ? join(directory, `${id}-${name}`) : "");
  const paths = { stdin: path("stdin"), stdout: path("stdout"), stderr: path("stderr") };
  const made = Object.values(paths).filter((name) => name !== "");
  if (made.length > 0) await runOrThrow(["mkfifo", "-m", "600", ...made]);
  const sockets: Socket[] = [];
  const open = (name: string, flags: number, direction: { readable: boolean; writable: boolean }) => {
    if (name === "") return undefined;
    const socket = socketOn(openSync(name, flags | constants.O_NONBLOCK), direction);
    // A broken end shows as the end of the stream; the command's exit code tells the rest.
    socket.on("error", () => {});
    sockets.push(socket);
    return socket;
  };
  return {
    ...paths,
    // A write end alone cannot be opened before there is a reader.
    input: open(paths.stdin, constants.O_RDWR, { readable: false, writable: true }),
    output: open(paths.stdout, constants.O_RDONLY, { readable: true, writable: false }),
    errors: open(paths.stderr, constants.O_RDONLY, { readable: true, writable: false }),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(made.map((name) => rm(name, { force: true })));
    },
  };
}

function socketOn(descriptor: number, direction: { readable: boolean; writable: boolean }): Socket {
  try {
    return new Socket({ fd: descriptor, ...direction });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}
