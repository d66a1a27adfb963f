import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { ExecRequest, ExecSession, Waits } from "../../../kubelet/ports/runtime.ts";
import { openFifos } from "./fifo.ts";
import type { Fifos } from "./fifo.ts";
import type { GrpcChannel } from "./grpc.ts";
import { containerdProcedures } from "./procedures.ts";
import { waitForProcess } from "./wait.ts";

/**
 * Runs a command in a container by containerd's task service: unlike CRI's streams over WebSocket it can end the input while
 * the output goes on. As in Kubernetes, a command whose client has gone keeps running: its output is then thrown away.
 * The signal ends the session, not the command.
 */
export async function execInContainer(
  channel: GrpcChannel,
  streamsDirectory: string,
  containerId: string,
  request: ExecRequest,
  { signal }: Waits,
): Promise<ExecSession> {
  const { container } = await channel.call(containerdProcedures.getContainer, { id: containerId }, { signal });
  const execId = randomUUID();
  const fifos = await openFifos(streamsDirectory, execId, {
    stdin: request.stdin,
    // Without a reader the command would see a broken pipe, so its output is always taken.
    stdout: true,
    stderr: !request.tty,
  });
  const name = { containerId, execId };
  try {
    await channel
      .call(
        containerdProcedures.exec,
        {
          ...name,
          stdin: fifos.stdin,
          stdout: fifos.stdout,
          stderr: fifos.stderr,
          terminal: request.tty,
          spec: processSpec(container?.spec?.value ?? new Uint8Array(), request),
        },
        { signal },
      )
      .catch(failedTo("create", execId));
    await channel.call(containerdProcedures.startProcess, name, { signal }).catch(failedTo("start", execId));
  } catch (error) {
    await fifos[Symbol.asyncDispose]();
    await channel
      .call(containerdProcedures.deleteProcess, name, { signal: new AbortController().signal })
      .catch(() => {});
    throw error;
  }
  return sessionOf(channel, name, request, fifos, { signal });
}

/** In the words of CRI, which users know from kubectl. */
function failedTo(step: "create" | "start", execId: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RuntimeError)) throw error;
    const message = `failed to exec in container: failed to ${step} exec "${execId}": ${error.message}`;
    throw new RuntimeError(error.code, message, { cause: error });
  };
}

interface ProcessName {
  readonly containerId: string;
  readonly execId: string;
}

function sessionOf(
  channel: GrpcChannel,
  name: ProcessName,
  request: ExecRequest,
  fifos: Fifos,
  { signal }: Waits,
): ExecSession {
  const unbounded = new AbortController().signal;
  const closeInput = async () => {
    if (fifos.input === undefined || fifos.input.destroyed) return;
    await written(fifos.input, new Uint8Array());
    fifos.input.destroy();
    // containerd holds a writing end of its own; without it the command now reads to the end.
    await ignoringGone(channel.call(containerdProcedures.closeIo, { ...name, stdin: true }, { signal: unbounded }));
  };
  const exitCode = endOfCommand(channel, name, fifos);
  exitCode.catch(() => {});
  const discard = () => {
    fifos.output?.resume();
    fifos.errors?.resume();
  };
  const release = async () => {
    signal.removeEventListener("abort", onAbort);
    discard();
    await closeInput();
  };
  const onAbort = () => void release().catch(() => {});
  signal.addEventListener("abort", onAbort, { once: true });
  if (!request.stdout) fifos.output?.resume();
  if (!request.stderr) fifos.errors?.resume();
  return {
    async write(bytes) {
      if (fifos.input === undefined) throw new RuntimeError("unknown", "the command was started without an input");
      await written(fifos.input, bytes);
    },
    closeInput,
    async resize({ width, height }) {
      await channel.call(containerdProcedures.resize, { ...name, width, height }, { signal });
    },
    stdout: request.stdout && fifos.output !== undefined ? chunks(fifos.output) : nothing(),
    stderr: request.stderr && fifos.errors !== undefined ? chunks(fifos.errors) : nothing(),
    exitCode,
    [Symbol.asyncDispose]: release,
  };
}

async function endOfCommand(channel: GrpcChannel, name: ProcessName, fifos: Fifos): Promise<number> {
  try {
    const exitCode = await waitForProcess(channel, name, { signal: new AbortController().signal });
    await ignoringGone(
      channel.call(containerdProcedures.deleteProcess, name, { signal: new AbortController().signal }),
    );
    return exitCode;
  } finally {
    fifos.input?.destroy();
    void dropWhenRead(fifos);
  }
}

/** What the command wrote may still be in the FIFOs; they end by themselves once it is read. */
async function dropWhenRead(fifos: Fifos): Promise<void> {
  await Promise.all([fifos.output, fifos.errors].map((socket) => socket && whenClosed(socket)));
  await fifos[Symbol.asyncDispose]();
}

/** The container's own process, with another command. */
function processSpec(containerSpec: Uint8Array, { command, tty }: ExecRequest) {
  const spec = JSON.parse(new TextDecoder().decode(containerSpec)) as { process: OciProcess };
  const environment = spec.process.env ?? [];
  const process: OciProcess = {
    ...spec.process,
    args: command,
    terminal: tty,
    env: tty ? [...environment.filter((item) => !item.startsWith("TERM=")), "TERM=xterm"] : environment,
  };
  return {
    typeUrl: "types.containerd.io/opencontainers/runtime-spec/1/Process",
    value: new TextEncoder().encode(JSON.stringify(process)),
  };
}

interface OciProcess {
  readonly args: readonly string[];
  readonly terminal?: boolean;
  readonly env?: readonly string[];
}

async function* chunks(socket: Socket): AsyncGenerator<Uint8Array> {
  // The socket outlives a reader that stops early, so that the rest can be thrown away.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function whenClosed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await once(socket, "close");
}

/** What is written to a command that has ended is dropped. */
function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.destroyed) resolve();
    else socket.write(bytes, (error) => (error && !socket.destroyed ? reject(error) : resolve()));
  });
}

async function ignoringGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RuntimeError && error.code === "not-found")) throw error;
  }
}
