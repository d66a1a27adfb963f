import type { IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import { failure, StatusError } from "../../../machinery/status.ts";
import type { Status } from "../../../machinery/status.ts";
import type { ByteSink, CommandStatus, RelayTls, TerminalSize } from "../../../apiserver/streams.ts";
import type { ByteChannel } from "./byte-channel.ts";
import { feedInbox, sendMessage, socketChannel } from "./byte-channel.ts";
import { channels } from "./command-websocket.ts";
import { Inbox } from "./inbox.ts";
import { PORT_FORWARD_PROTOCOL } from "./port-forward-spdy.ts";
import { tlsOptions } from "./relay.ts";
import type { SpdyStream } from "./spdy/connection.ts";
import { SpdyConnection } from "./spdy/connection.ts";

export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: RelayTls;
}

/** The client's end of a running command. */
export interface RemoteCommand {
  readonly stdin: ByteSink;
  /** Both must be read, or nothing else comes through either. They end with the command. */
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  resize(size: TerminalSize): void;
  /** How the command ended. Rejects if the connection broke first. */
  readonly status: Promise<CommandStatus>;
  /** Goes away. */
  close(): void;
}

/** Runs or attaches to a command by the WebSocket protocol v5. @throws {StatusError} as the server answered. */
export async function connectRemoteCommand(url: string, options: ConnectOptions = {}): Promise<RemoteCommand> {
  const stdout = new Inbox();
  const stderr = new Inbox();
  let told = "";
  const socket = await openWebSocket(url, "v5.channel.k8s.io", options, (opening) => {
    feedInbox(opening, (message) => {
      const bytes = message.subarray(1);
      if (message[0] === channels.stdout) return stdout.push(bytes) || stdout;
      if (message[0] === channels.stderr) return stderr.push(bytes) || stderr;
      if (message[0] === channels.error) told += bytes.toString();
      return true;
    });
  });
  const status = new Promise<CommandStatus>((resolve, reject) => {
    socket.once("close", () => {
      stdout.end();
      stderr.end();
      if (told === "") reject(new Error("the connection broke before the command ended"));
      else resolve(JSON.parse(told) as CommandStatus);
    });
  });
  status.catch(() => {});
  const send = (channel: number, bytes: Uint8Array) =>
    sendMessage(socket, Buffer.concat([Buffer.from([channel]), bytes]));
  return {
    stdin: {
      write: (bytes) => send(channels.stdin, bytes),
      close: () => send(channels.close, Buffer.from([channels.stdin])),
    },
    stdout,
    stderr,
    resize: ({ width, height }) =>
      void send(channels.resize, Buffer.from(`${JSON.stringify({ Width: width, Height: height })}\n`)),
    status,
    close: () => socket.terminate(),
  };
}

/** Connections to the ports of a pod, over one connection to its server. */
export interface PortForward {
  /** @throws {Error} if the connection is gone. */
  open(port: number): Promise<ForwardedStream>;
  /** Resolves when the connection has ended. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface ForwardedStream {
  readonly input: AsyncIterable<Uint8Array>;
  readonly output: ByteSink;
  /** What went wrong at the other end; empty if nothing did. Resolves when that end has finished. */
  readonly problem: Promise<string>;
  /** Drops the connection. */
  reset(): void;
}

/** Speaks SPDY/3.1, which every API server, kubelet and container runtime takes. @throws {StatusError} as the server answered. */
export async function connectPortForward(url: string, options: ConnectOptions = {}): Promise<PortForward> {
  const channel = await dialSpdy(url, PORT_FORWARD_PROTOCOL, options);
  const connection = new SpdyConnection(channel, "client", (stream) => stream.reset());
  const closed = connection.run();
  let lastRequest = 0;
  return {
    async open(port) {
      const headers = { port: String(port), requestid: String(lastRequest++) };
      const error = await connection.open({ ...headers, streamtype: "error" });
      await error.close();
      const data = await connection.open({ ...headers, streamtype: "data" });
      return { input: data.input, output: data, problem: readText(error), reset: () => data.reset() };
    },
    closed,
    close: () => connection.close(),
  };
}

async function readText(stream: SpdyStream): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const bytes of stream.input) chunks.push(bytes);
  return Buffer.concat(chunks).toString();
}

/** @param prepare listens before the first message can come. */
function openWebSocket(
  url: string,
  protocol: string,
  { headers, tls }: ConnectOptions,
  prepare: (socket: WebSocket) => void = () => {},
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace(/^http/, "ws"), [protocol], {
      ...tlsOptions(tls),
      headers: headers ?? {},
      perMessageDeflate: false,
      handshakeTimeout: 30_000,
    });
    prepare(socket);
    socket.once("error", reject);
    socket.once("unexpected-response", (request, response) => {
      rejection(response).then(reject, reject);
      response.once("end", () => request.destroy());
    });
    socket.once("open", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

/** Asks for an upgrade to SPDY/3.1. */
function dialSpdy(url: string, protocol: string, { headers, tls }: ConnectOptions): Promise<ByteChannel> {
  return new Promise((resolve, reject) => {
    const asked = {
      method: "POST",
      agent: false as const,
      headers: { ...headers, connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": protocol },
    };
    const request = url.startsWith("https:")
      ? requestHttps(url, { ...asked, ...tlsOptions(tls) })
      : requestHttp(url, asked);
    request.on("upgrade", (_, socket, head) => {
      socket.on("error", () => {});
      resolve(socketChannel(socket as Socket, head));
    });
    request.on("response", (response) => void rejection(response).then(reject, reject));
    request.on("error", reject);
    request.end();
  });
}

/** What a server that does not upgrade says. */
async function rejection(response: IncomingMessage): Promise<StatusError> {
  const text = Buffer.concat(await response.toArray()).toString();
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === "Status") return new StatusError(status);
  } catch {
    // Not every server answers with a Status.
  }
  return failure(response.statusCode ?? 500, "InternalError", text.trim());
}
