import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type {
  CommandStatus,
  CommandStreams,
  ForwardedConnection,
  RemoteCommandSession,
} from "../../apiserver/streams.ts";
import { exitStatus } from "../../apiserver/streams.ts";
import type { Kubelet } from "../kubelet.ts";
import type { PodWorker } from "../pod-work/pod-worker.ts";
import type { ExecSession } from "../ports/runtime.ts";
import { notFound, plain } from "./responses.ts";

/** `/exec/<namespace>/<pod>[/<uid>]/<container>?command=…&input=1&output=1&error=1&tty=1`. */
export function execResponse(request: ApiRequest, kubelet: Kubelet, path: readonly string[]): ApiResponse {
  const command = request.query.getAll("command");
  return commandResponse(request, kubelet, path, (id, streams, signal) =>
    kubelet.runtime.exec(id, { ...streams, command }, { signal }),
  );
}

/** The same for the container's own process. */
export function attachResponse(request: ApiRequest, kubelet: Kubelet, path: readonly string[]): ApiResponse {
  return commandResponse(request, kubelet, path, (id, streams, signal) =>
    kubelet.runtime.attach(id, streams, { signal }),
  );
}

/** `/portForward/<namespace>/<pod>[/<uid>]`. */
export function portForwardResponse(request: ApiRequest, kubelet: Kubelet, path: readonly string[]): ApiResponse {
  const [namespace = "", name = "", uid] = path;
  const worker = kubelet.worker(namespace, name, uid);
  if (worker === undefined) return notFound(`pod "${name}" does not exist`);
  const sandbox = worker.life.sandboxes.find(({ ready }) => ready);
  if (sandbox === undefined) return plain(500, `pod not found ("${name}_${namespace}")`);
  const ports = request.query
    .getAll("port")
    .concat(request.query.getAll("ports"))
    .flatMap((text) => text.split(","))
    .map(Number);
  return {
    status: 101,
    headers: {},
    body: {
      type: "upgrade",
      handler: { type: "port-forward", ports, forward: (connection) => forward(kubelet, sandbox.id, connection) },
    },
  };
}

/**
 * `/tunnel/<address>/<port>`: a connection to a pod of this node, for an API server that has no route to pods. Wherry's own; Kubernetes
 * leaves this to konnectivity. Whoever may do all on this node (`nodes/proxy`) may run commands in its pods, too.
 */
export function tunnelResponse(kubelet: Kubelet, [address = "", portText = ""]: readonly string[]): ApiResponse {
  const port = Number(portText);
  const isOurs = [...kubelet.workers()].some(({ life }) => life.sandboxes.some(({ ips }) => ips.includes(address)));
  if (!isOurs) return notFound(`no pod of this node has the address ${address}`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return plain(400, `${portText} is no port`);
  return { status: 101, headers: {}, body: { type: "upgrade", handler: { type: "tunnel", address, port } } };
}

function commandResponse(
  request: ApiRequest,
  kubelet: Kubelet,
  path: readonly string[],
  open: (id: string, streams: CommandStreams, signal: AbortSignal) => Promise<ExecSession>,
): ApiResponse {
  const [namespace = "", name = "", third = "", fourth] = path;
  const worker = kubelet.worker(namespace, name, fourth === undefined ? undefined : third);
  if (worker === undefined) return notFound(`pod "${name}" does not exist`);
  const container = fourth ?? third;
  const id = runningId(worker, container);
  if (id === undefined) return plain(500, `container not found ("${container}")`);
  const asked = (kubeletName: string, apiName: string) => {
    const value = request.query.get(kubeletName) ?? request.query.get(apiName);
    return value === "1" || value === "true";
  };
  const tty = asked("tty", "tty");
  const streams = {
    stdin: asked("input", "stdin"),
    stdout: asked("output", "stdout"),
    // A terminal has one output only.
    stderr: asked("error", "stderr") && !tty,
    tty,
  };
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    return plain(400, "you must specify at least 1 of stdin, stdout, stderr");
  }
  const run = async (session: RemoteCommandSession): Promise<CommandStatus> => {
    await using exec = await open(id, streams, session.signal);
    return await carry(session, exec);
  };
  return { status: 101, headers: {}, body: { type: "upgrade", handler: { type: "remote-command", streams, run } } };
}

function runningId(worker: PodWorker, name: string): string | undefined {
  return worker.life.containers.find((container) => container.name === name && container.state === "running")?.id;
}

/** Both ways until the command has ended and all that it wrote is delivered. */
async function carry(session: RemoteCommandSession, exec: ExecSession): Promise<CommandStatus> {
  const input = (async () => {
    for await (const bytes of session.stdin) await exec.write(bytes);
    await exec.closeInput();
  })();
  const sizes = (async () => {
    for await (const size of session.resize) await exec.resize(size);
  })();
  // They end with the client or with the command, whichever is first; neither is a failure of the command.
  input.catch(() => {});
  sizes.catch(() => {});
  const outputs = [
    [exec.stdout, session.stdout],
    [exec.stderr, session.stderr],
  ] as const;
  await Promise.all(
    outputs.map(async ([from, to]) => {
      for await (const bytes of from) await to.write(bytes);
      await to.close();
    }),
  );
  return exitStatus(await exec.exitCode);
}

async function forward(kubelet: Kubelet, sandboxId: string, connection: ForwardedConnection): Promise<void> {
  await using target = await kubelet.runtime.portForward(sandboxId, connection.port, { signal: connection.signal });
  const input = (async () => {
    for await (const bytes of connection.input) await target.write(bytes);
    await target.closeWrite();
  })();
  input.catch(() => {});
  for await (const bytes of target.output) await connection.output.write(bytes);
  await connection.output.close();
}
