import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import type { ApiRequest, ApiResponse } from "../../../apiserver/http.ts";
import type {
  CommandStatus,
  PortForwardHandler,
  RemoteCommandHandler,
  RemoteCommandSession,
} from "../../../apiserver/streams.ts";
import { exitStatus } from "../../../apiserver/streams.ts";
import { failure } from "../../../machinery/status.ts";

/** Just enough of an API for `kubectl exec`, `attach`, `cp` and `port-forward`: one pod, whose commands are this machine's. */
export async function servePod(request: ApiRequest): Promise<ApiResponse> {
  const { path, query } = request;
  if (path === "/api") return json({ kind: "APIVersions", versions: ["v1"] });
  if (path === "/apis") return json({ kind: "APIGroupList", apiVersion: "v1", groups: [] });
  if (path === "/api/v1") return json({ kind: "APIResourceList", groupVersion: "v1", resources: [resource] });
  if (path === podPath) return json(pod);
  if (path === `${podPath}/exec`)
    return upgradeTo(command(query, (session) => execute(query.getAll("command"), session)));
  if (path === `${podPath}/attach`) return upgradeTo(command(query, echo));
  if (path === `${podPath}/portforward`) return upgradeTo(portForward(query));
  return { status: 404, headers: {}, body: undefined };
}

export const podPath = "/api/v1/namespaces/default/pods/web";

const resource = { name: "pods", singularName: "pod", namespaced: true, kind: "Pod", verbs: ["get"] };

const pod = {
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name: "web", namespace: "default", uid: "1" },
  spec: { containers: [{ name: "main", image: "local", stdin: true, tty: true }] },
  status: { phase: "Running" },
};

/** Commands that are still running: none may be left behind. */
export const running = new Set<Promise<unknown>>();

function command(
  query: URLSearchParams,
  run: (session: RemoteCommandSession) => Promise<CommandStatus>,
): RemoteCommandHandler {
  const asked = (name: string) => ["true", "1"].includes(query.get(name) ?? "");
  return {
    type: "remote-command",
    streams: { stdin: asked("stdin"), stdout: asked("stdout"), stderr: asked("stderr"), tty: asked("tty") },
    run: (session) => tracked(run(session)),
  };
}

async function execute(words: readonly string[], session: RemoteCommandSession): Promise<CommandStatus> {
  if (words[0] === "sizes") return sizes(session);
  if (words[0] === "refuse") throw failure(500, "InternalError", "container not found");
  const child = spawn(words[0]!, words.slice(1), { signal: session.signal, killSignal: "SIGKILL" });
  const exit = once(child, "close") as Promise<[number]>;
  exit.catch(() => {});
  child.stdin.on("error", () => {});
  void (async () => {
    for await (const bytes of session.stdin) {
      if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, "drain"), exit]).catch(() => {});
    }
    child.stdin.end();
  })();
  await Promise.all([
    (async () => {
      for await (const bytes of child.stdout) await session.stdout.write(bytes as Buffer);
    })(),
    (async () => {
      for await (const bytes of child.stderr) await session.stderr.write(bytes as Buffer);
    })(),
  ]);
  const [code] = await exit;
  return exitStatus(code);
}

/** Tells each size of the terminal until one is 77 wide. */
async function sizes({ resize, stdout }: RemoteCommandSession): Promise<CommandStatus> {
  for await (const { width, height } of resize) {
    await stdout.write(Buffer.from(`${width}x${height}\n`));
    if (width === 77) break;
  }
  return exitStatus(0);
}

async function echo({ stdin, stdout }: RemoteCommandSession): Promise<CommandStatus> {
  await stdout.write(Buffer.from("hello\n"));
  for await (const bytes of stdin) {
    await stdout.write(bytes);
    if (Buffer.from(bytes).includes("quit")) break;
  }
  return exitStatus(0);
}

/** Connects to the same port of this machine. */
function portForward(query: URLSearchParams): PortForwardHandler {
  return {
    type: "port-forward",
    ports: query.getAll("ports").map(Number),
    forward: (connection) =>
      tracked(
        (async () => {
          const socket = connect({ port: connection.port, host: "127.0.0.1", allowHalfOpen: true });
          connection.signal.addEventListener("abort", () => socket.destroy());
          await once(socket, "connect");
          socket.on("error", () => {});
          const sending = (async () => {
            for await (const bytes of connection.input) {
              if (!socket.write(bytes)) await Promise.race([once(socket, "drain"), once(socket, "close")]);
            }
            socket.end();
          })();
          for await (const bytes of socket.iterator({ destroyOnReturn: false }))
            await connection.output.write(bytes as Buffer);
          await connection.output.close();
          await sending;
        })(),
      ),
  };
}

function tracked<T>(work: Promise<T>): Promise<T> {
  const settled = work.then(
    () => {},
    () => {},
  );
  running.add(settled);
  void settled.then(() => running.delete(settled));
  return work;
}

function upgradeTo(handler: RemoteCommandHandler | PortForwardHandler): ApiResponse {
  return { status: 101, headers: {}, body: { type: "upgrade", handler } };
}

function json(value: unknown): ApiResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}
