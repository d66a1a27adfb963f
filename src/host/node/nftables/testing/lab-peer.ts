// Runs in a network namespace of the lab: serves on port 8080, and carries out the requests that come on standard input.
import { createSocket, type Socket } from "node:dgram";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import type { PeerTarget } from "./lab.ts";

const name = process.argv[2]!;
const plain = (address: string | undefined) => (address ?? "").replace(/^::ffff:/, "");

// The client closes first. Otherwise servers would keep the pair of addresses and ports for a minute, and drop those
// masqueraded connections that happen to get the same port again: at thousands of connections a second, some do.
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.write(`${name} ${plain(socket.remoteAddress)}\n`);
});
const datagrams = createSocket("udp6");
datagrams.on("message", (_message, { address, port }) => {
  datagrams.send(`${name} ${plain(address)}`, port, address);
});
const sockets = new Map<string, Socket>();

server.listen(8080, "::", () => {
  datagrams.bind(8080, "::", () => tell({ answer: "ready" }));
});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, ...target } = JSON.parse(line) as PeerTarget & { readonly id: number };
    const done = (answer: string) => tell({ id, answer });
    if (target.protocol === "udp") askByUdp(target, done);
    else askByTcp(target, done);
  })
  .once("close", () => process.exit(0));

function askByTcp(target: PeerTarget, done: (answer: string) => void): void {
  const { address, port, timeoutMs = 2_000, localPort } = target;
  let answer = "";
  const socket = connect({ host: address, port, ...(localPort === undefined ? {} : { localPort }) });
  const finish = (result: string) => {
    socket.destroy();
    clearTimeout(timeout);
    done(result);
  };
  const timeout = setTimeout(() => finish("timeout"), timeoutMs);
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    answer += text;
    if (answer.endsWith("\n")) finish(answer.trimEnd());
  });
  socket.once("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  socket.once("end", () => finish("ended early"));
}

function askByUdp(target: PeerTarget, done: (answer: string) => void): void {
  const { address, port, timeoutMs = 2_000, socket: key } = target;
  const present = key === undefined ? undefined : sockets.get(key);
  const socket = present ?? createSocket(address.includes(":") ? "udp6" : "udp4");
  if (key !== undefined) sockets.set(key, socket);
  const finish = (result: string) => {
    clearTimeout(timeout);
    socket.removeAllListeners("message");
    socket.removeAllListeners("error");
    if (key === undefined) socket.close();
    done(result);
  };
  const timeout = setTimeout(() => finish("timeout"), timeoutMs);
  socket.on("message", (message) => finish(message.toString()));
  socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  socket.send("hello", port, address);
}

function tell(message: { readonly id?: number; readonly answer: string }): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
