import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, isIPv6, type Server, type Socket } from "node:net";
import type { Log } from "../../../base/log.ts";
import type { Dns } from "../../../dns/dns.ts";

export interface DnsServerOptions {
  readonly dns: Pick<Dns, "handle">;
  /** Specific ones, so that answers leave by the address that was asked. */
  readonly addresses: readonly string[];
  /** 53 in clusters. 0 takes any that is free, the same for all. */
  readonly port: number;
  readonly log: Log;
}

export interface DnsServer extends AsyncDisposable {
  readonly port: number;
}

/** Messages that are being answered; more of them are left out, and clients ask again. */
const MOST_AT_ONCE = 2_000;
const MOST_CONNECTIONS = 200;
const MOST_IN_ONE_CONNECTION = 100;
const IDLE_MS = 10_000;

/** Serves DNS by UDP and TCP. Rejects where an address cannot be bound. */
export async function startDnsServer({ dns, addresses, port, log }: DnsServerOptions): Promise<DnsServer> {
  await using opened = new AsyncDisposableStack();
  let atOnce = 0;
  const answer: Dns["handle"] = async (packet, protocol) => {
    if (atOnce >= MOST_AT_ONCE) return undefined;
    atOnce += 1;
    try {
      return await dns.handle(packet, protocol);
    } catch (error) {
      log.error("a DNS message could not be answered", { error });
      return undefined;
    } finally {
      atOnce -= 1;
    }
  };
  let bound = port;
  for (const address of addresses) {
    const server = await listenTcp(address, bound, answer, log);
    opened.defer(() => closeTcp(server));
    bound = (server.server.address() as { readonly port: number }).port;
    const socket = await listenUdp(address, bound, answer, log);
    opened.defer(() => closeUdp(socket));
  }
  const owned = opened.move();
  return { port: bound, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function listenUdp(address: string, port: number, answer: Dns["handle"], log: Log): Promise<DatagramSocket> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  socket.on("message", (message, client) => {
    void answer(message, "udp").then((response) => {
      if (response === undefined) return;
      // A client that is gone has no use for its answer, and a closed socket nobody to answer.
      try {
        socket.send(response, client.port, client.address, () => {});
      } catch {}
    });
  });
  socket.bind({ address, port });
  await once(socket, "listening");
  socket.on("error", (error) => log.warn("the DNS socket failed", { address, error }));
  return socket;
}

interface TcpServer {
  readonly server: Server;
  readonly connections: ReadonlySet<Socket>;
}

async function listenTcp(address: string, port: number, answer: Dns["handle"], log: Log): Promise<TcpServer> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    serveConnection(socket, answer);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen({ host: address, port });
  await once(server, "listening");
  server.on("error", (error) => log.warn("the DNS server failed", { address, error }));
  return { server, connections };
}

/** Each message has its length in front. Answers may leave in another order than the questions came. */
function serveConnection(socket: Socket, answer: Dns["handle"]): void {
  let rest: Buffer = Buffer.alloc(0);
  let open = 0;
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const end = 2 + rest.readUInt16BE(0);
      const message = rest.subarray(2, end);
      rest = rest.subarray(end);
      open += 1;
      if (open >= MOST_IN_ONE_CONNECTION) socket.pause();
      void answer(message, "tcp").then((response) => {
        open -= 1;
        if (socket.isPaused()) socket.resume();
        if (response !== undefined && socket.writable) socket.write(framed(response));
      });
    }
  });
}

/** A message with its length in front, as TCP carries it. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function closeUdp(socket: DatagramSocket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

async function closeTcp({ server, connections }: TcpServer): Promise<void> {
  const closed = once(server, "close");
  server.close();
  for (const connection of connections) connection.destroy();
  await closed;
}
