import type { IncomingMessage, Server as Http1Server, ServerOptions, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Http2SecureServer, ServerHttp2Session } from "node:http2";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../../../base/log.ts";
import { upgrade, wantsUpgrade } from "../streams/upgrade.ts";
import type { Handler, Service } from "./exchange.ts";
import { serveHttp1 } from "./http1.ts";
import { serveHttp2 } from "./http2.ts";
import { Lifetimes } from "./lifetimes.ts";

export interface ServeOptions {
  readonly handler: Handler;
  /** 0 for any free one. */
  readonly port: number;
  readonly host: string;
  /** Others of this user may listen on the same port: connections are spread over all. Default: false. */
  readonly shared?: boolean;
  /** Without it, plain HTTP/1.1 is spoken. */
  readonly tls?: ServerTls;
  readonly log: Log;
  /** How long `close` waits for answers that are still being made. 5 s if not given. */
  readonly graceMs?: number;
}

/** PEM texts. With `clientCa`, clients may show a certificate; the handler learns whether that CA signed it. */
export interface ServerTls {
  readonly key: string;
  readonly cert: string;
  readonly clientCa?: string;
}

export interface HttpServer {
  readonly address: { readonly host: string; readonly port: number };
  /** New connections get the new certificate; open ones keep the old. */
  setTls(tls: ServerTls): void;
  /** Stops listening, ends watches and upgraded connections, lets other requests finish, then closes what is left. */
  close(): Promise<void>;
}

/** Kubernetes waits 32 s for a request's head. */
const HEADERS_TIMEOUT_MS = 32_000;
/** More than the 90 s after which Go's clients drop an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;
/** As Go allows; a long command of exec travels in the URL. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** Kubernetes' window of one HTTP/2 stream: nearly every body fits in it. */
const STREAM_WINDOW_BYTES = 256 * 1024;
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024;
const MAX_STREAMS = 250;
/** Lists that wait to be sent count: beyond this, new requests of the connection are refused. */
const MAX_SESSION_MEGABYTES = 1024;
const MALFORMED_LINGER_MS = 1_000;
/** How often a closing server looks for connections whose last answer is done. */
const IDLE_CHECK_MS = 20;

const http1Options: ServerOptions = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  requestTimeout: 300_000,
  shouldUpgradeCallback: wantsUpgrade,
  noDelay: true,
};

/** One port for HTTP/1.1 and HTTP/2 over TLS, in front of one function. */
export async function serve(options: ServeOptions): Promise<HttpServer> {
  const { handler, port, host, shared = false, tls, log, graceMs = 5_000 } = options;
  const service: Service = { handler, log, lifetimes: new Lifetimes() };
  const server = tls === undefined ? createServer(http1Options) : createTlsServer(tls, service);
  listenHttp1(server, service);
  const sockets = trackSockets(server, tls === undefined ? "connection" : "secureConnection");
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, backlog: 1024, reusePort: shared }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  server.on("error", (error: Error) => log.error("server failed", { error }));
  const { address, port: bound } = server.address() as AddressInfo;
  return {
    address: { host: address, port: bound },
    setTls(next) {
      if ("setSecureContext" in server) server.setSecureContext(secureOptions(next));
    },
    close: () => closeServer(server, sockets, service.lifetimes, graceMs),
  };
}

function secureOptions({ key, cert, clientCa }: ServerTls) {
  return { key, cert, ...(clientCa === undefined ? {} : { ca: clientCa }), minVersion: "TLSv1.2" as const };
}

function createTlsServer(tls: ServerTls, service: Service): Http2SecureServer {
  const server = createSecureServer({
    ...http1Options,
    ...secureOptions(tls),
    allowHTTP1: true,
    requestCert: tls.clientCa !== undefined,
    // A certificate that cannot be verified is the API server's to refuse, with 401.
    rejectUnauthorized: false,
    maxSessionMemory: MAX_SESSION_MEGABYTES,
    streamResetBurst: 10_000,
    streamResetRate: 1_000,
    settings: {
      maxConcurrentStreams: MAX_STREAMS,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxFrameSize: STREAM_WINDOW_BYTES,
    },
  });
  server.on("session", (session: ServerHttp2Session) => {
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES);
    session.on("error", (error) => service.log.debug("connection failed", { error }));
    service.lifetimes.holdSession(session);
  });
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    service.log.debug("TLS handshake failed", { address: socket.remoteAddress, error });
  });
  return server;
}

function listenHttp1(server: Http1Server | Http2SecureServer, service: Service): void {
  server.on("request", (message: IncomingMessage, response: ServerResponse) =>
    serveHttp1(message, response, service, false),
  );
  server.on("checkContinue", (message: IncomingMessage, response: ServerResponse) =>
    serveHttp1(message, response, service, true),
  );
  // Listening for requests made the server treat HTTP/2 streams as such too; they are served by their own interface.
  server.removeAllListeners("stream");
  server.on("stream", (stream, headers) => serveHttp2(stream, headers, service));
  server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(message, socket as Socket, head, service);
  });
  server.on("clientError", answerMalformed);
}

/** Tells a client that does not speak HTTP what is wrong, as far as it can hear. */
function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  // What follows the malformed part is malformed too.
  if (socket.writableEnded) return;
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  let status = "400 Bad Request";
  if (error.code === "HPE_HEADER_OVERFLOW") status = "431 Request Header Fields Too Large";
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") status = "408 Request Timeout";
  const type = "content-type: text/plain; charset=utf-8";
  socket.end(`HTTP/1.1 ${status}\r\n${type}\r\ncontent-length: ${status.length}\r\nconnection: close\r\n\r\n${status}`);
  // Closing over what it still sends would reset the connection before it has read this.
  setTimeout(() => socket.destroy(), MALFORMED_LINGER_MS).unref();
}

function trackSockets(server: Http1Server | Http2SecureServer, event: string): Set<Socket> {
  const open = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return open;
}

async function closeServer(
  server: Http1Server | Http2SecureServer,
  sockets: Set<Socket>,
  lifetimes: Lifetimes,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  lifetimes.close();
  const closeIdle = () => (server as Http1Server).closeIdleConnections();
  closeIdle();
  const idle = setInterval(closeIdle, IDLE_CHECK_MS);
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
  clearInterval(idle);
}
