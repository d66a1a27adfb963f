import { once } from "node:events";
import { WebSocket } from "ws";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { AttachRequest, ExecSession, Waits } from "../../../kubelet/ports/runtime.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { GrpcChannel } from "./grpc.ts";
import { criProcedures } from "./procedures.ts";
import { waitForProcess } from "./wait.ts";

/**
 * Attaches to a container's own streams by CRI's WebSocket. Its protocol cannot end the input alone, so input and output
 * have a connection each: closing the one for input is what ends it. The exit code is the container's, or 0 for a client that
 * left before its end.
 */
export async function attachToContainer(
  channel: GrpcChannel,
  containerId: string,
  request: AttachRequest,
  { signal }: Waits,
): Promise<ExecSession> {
  const { tty } = request;
  const wantsOutput = request.stdout || (request.stderr && !tty);
  // Such an input ends for good with the first client that ends it; a terminal's never does.
  const inputEnds = (await closesInputOnce(channel, containerId, { signal })) && !tty;
  const connect = (streams: Omit<AttachRequest, "tty">) =>
    connectStreams(channel, { containerId, tty, ...streams }, { signal });
  const stdout = new ByteQueue();
  const stderr = new ByteQueue();
  // containerd takes a missing input for one that has ended, which would end the output, too: so this has an idle one.
  const output = wantsOutput
    ? await connect({ stdin: true, stdout: request.stdout, stderr: request.stderr && !tty })
    : undefined;
  if (output === undefined) for (const queue of [stdout, stderr]) queue.end();
  else receive(output, stdout, stderr);
  const input = request.stdin ? await connect({ stdin: true, stdout: false, stderr: false }) : undefined;
  input?.resume();
  const detached = Promise.withResolvers<number>();
  const closeAll = async () => {
    signal.removeEventListener("abort", onAbort);
    for (const queue of [stdout, stderr]) queue.end();
    input?.close();
    // Its end would end the container's input, which a client that only watched must not: the rest is thrown away.
    if (request.stdin || !inputEnds) output?.close();
    detached.resolve(0);
  };
  const onAbort = () => void closeAll();
  signal.addEventListener("abort", onAbort, { once: true });
  const exitCode = Promise.race([waitForProcess(channel, { containerId }, { signal }), detached.promise]);
  exitCode.catch(() => {});
  return {
    async write(bytes) {
      if (input === undefined) throw new RuntimeError("unknown", "attached without an input");
      await send(input, STDIN, bytes);
    },
    async closeInput() {
      input?.close();
      // As in Kubernetes, the end of an input that stays open for others also ends this client's output.
      if (!inputEnds) await closeAll();
    },
    async resize({ width, height }) {
      const socket = output ?? input;
      const size = new TextEncoder().encode(JSON.stringify({ Width: width, Height: height }));
      if (socket !== undefined) await send(socket, RESIZE, size);
    },
    stdout,
    stderr,
    exitCode,
    [Symbol.asyncDispose]: closeAll,
  };
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const RESIZE = 4;

type Streams = AttachRequest & { readonly containerId: string };

async function connectStreams(channel: GrpcChannel, streams: Streams, { signal }: Waits): Promise<WebSocket> {
  const { url } = await channel.call(criProcedures.attach, streams, { signal });
  const socket = new WebSocket(url.replace(/^http/, "ws"), ["v4.channel.k8s.io"], { perMessageDeflate: false });
  socket.on("error", () => {});
  // Until someone listens, what comes is held back: the container may speak at once.
  socket.once("open", () => socket.pause());
  try {
    await once(socket, "open", { signal });
  } catch (error) {
    socket.terminate();
    signal.throwIfAborted();
    throw new RuntimeError("unknown", `attach: ${(error as Error).message}`, { cause: error });
  }
  return socket;
}

/** Each message's first byte is its channel. A reader that falls behind makes the connection wait. */
function receive(socket: WebSocket, stdout: ByteQueue, stderr: ByteQueue): void {
  socket.on("message", (data: Buffer) => {
    const queue = data[0] === STDOUT ? stdout : data[0] === STDERR ? stderr : undefined;
    if (queue === undefined || data.length === 1) return;
    if (!queue.push(data.subarray(1))) {
      socket.pause();
      void queue.whenLow().then(() => socket.resume());
    }
  });
  socket.once("close", () => {
    stdout.end();
    stderr.end();
  });
  socket.resume();
}

function send(socket: WebSocket, channel: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(Buffer.concat([Uint8Array.of(channel), bytes]), (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether the container was made with `stdinOnce`; CRI tells it only in its verbose status. */
async function closesInputOnce(channel: GrpcChannel, containerId: string, { signal }: Waits): Promise<boolean> {
  const { info } = await channel.call(criProcedures.containerStatus, { containerId, verbose: true }, { signal });
  const { config } = JSON.parse(info["info"] ?? "{}") as { config?: { stdin_once?: boolean } };
  return config?.stdin_once === true;
}
