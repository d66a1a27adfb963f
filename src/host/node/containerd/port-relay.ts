// A program of its own, run inside a sandbox's network namespace: it takes connections on a Unix socket, reads the line with
// the wanted port, answers `ok` or an error, and then passes bytes both ways, each way ending by itself.
// Arguments: the socket's path, and after how many idle milliseconds to end.

import { rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { dirname } from "node:path";

const [socketPath, idleMs] = process.argv.slice(2) as [string, string];
let open = 0;
let idle = endLater();

const server = createServer({ allowHalfOpen: true }, (client) => {
  open++;
  clearTimeout(idle);
  client.once("close", () => {
    open--;
    if (open === 0) idle = endLater();
  });
  client.on("error", () => client.destroy());
  void serve(client);
});
server.listen(socketPath, () => process.stdout.write("ready\n"));
process.once("exit", () => rmSync(dirname(socketPath), { recursive: true, force: true }));
process.once("SIGTERM", () => process.exit());
process.stdin.once("end", () => process.exit());
process.stdin.resume();

function endLater(): NodeJS.Timeout {
  return setTimeout(() => process.exit(), Number(idleMs));
}

async function serve(client: Socket): Promise<void> {
  const port = await readPort(client);
  if (port === undefined) return;
  // Programs listen on one of the two loopback addresses or on both, as Kubernetes tries them.
  const target = (await dial("127.0.0.1", port)) ?? (await dial("::1", port));
  if (target === undefined) {
    client.end(`failed to connect to localhost:${port} inside the pod: connection refused\n`);
    return;
  }
  client.write("ok\n");
  target.on("error", () => client.destroy());
  client.once("close", () => target.destroy());
  client.pipe(target).pipe(client);
}

function readPort(client: Socket): Promise<number | undefined> {
  return new Promise((resolve) => {
    let line = Buffer.alloc(0);
    const onReadable = () => {
      const chunk = client.read() as Buffer | null;
      if (chunk === null) return;
      line = Buffer.concat([line, chunk]);
      const end = line.indexOf("\n");
      if (end === -1) return;
      client.off("readable", onReadable);
      if (end + 1 < line.length) client.unshift(line.subarray(end + 1));
      resolve(Number(line.subarray(0, end).toString()));
    };
    client.on("readable", onReadable);
    client.once("close", () => resolve(undefined));
  });
}

function dial(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}
