import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { ApiResponse } from "../../../apiserver/http.ts";
import type { PortForwardHandler, RemoteCommandHandler, UpgradeHandler } from "../../../apiserver/streams.ts";
import type { Service } from "../http/exchange.ts";
import { ask } from "../http/exchange.ts";
import { http1Request } from "../http/http1.ts";
import { socketChannel, webSocketChannel } from "./byte-channel.ts";
import { commandSpdyProtocols, serveCommandSpdy } from "./command-spdy.ts";
import { commandProtocols, serveCommandWebSocket } from "./command-websocket.ts";
import { answerPlain, refuse } from "./plain-response.ts";
import { PORT_FORWARD_PROTOCOL, servePortForwardSpdy } from "./port-forward-spdy.ts";
import { portForwardProtocols, servePortForwardWebSocket } from "./port-forward-websocket.ts";
import { relayUpgrade } from "./relay.ts";
import { responseProtocols, serveResponseWebSocket } from "./response-websocket.ts";
import { serveTunnel } from "./tunnel.ts";
import { acceptWebSocket, isWebSocket } from "./websocket.ts";

/** What SPDY through a WebSocket is called. */
const tunneledPortForward = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`;

/** Whether a request leaves HTTP. One that offers HTTP/2 in the clear stays: every client takes HTTP/1.1 as well. */
export function wantsUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade !== undefined && !headers.upgrade.toLowerCase().startsWith("h2c");
}

/** Serves a request that asks for an upgrade, to the end of its connection. Never rejects. */
export async function upgrade(message: IncomingMessage, socket: Socket, head: Buffer, service: Service): Promise<void> {
  socket.on("error", (error) => service.log.debug("upgraded connection failed", { error }));
  socket.setTimeout(0);
  socket.setNoDelay(true);
  const request = http1Request(message, {
    body: () => Promise.resolve(new Uint8Array(0)),
    onGone: (listener) => void socket.once("close", listener),
  });
  const controller = request.abort();
  const release = service.lifetimes.hold(controller);
  controller.signal.addEventListener("abort", () => socket.end(), { once: true });
  try {
    const response = await ask(request, service);
    if (!socket.destroyed) await take(message, socket, head, response, service);
  } catch (error) {
    service.log.error("upgraded connection broken off", { method: request.method, path: request.path, error });
    socket.destroy();
  } finally {
    release();
  }
}

async function take(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  { status, headers, body }: ApiResponse,
  service: Service,
): Promise<void> {
  if (body !== undefined && !(body instanceof Uint8Array)) {
    if (body.type === "upgrade") return serveUpgrade(message, socket, head, body.handler, service);
    if (isWebSocket(message) && status === 200) {
      const accepted = acceptWebSocket(message, socket, head, (name) => responseProtocols.has(name));
      if (accepted === undefined) return;
      return serveResponseWebSocket(accepted.webSocket, accepted.protocol, headers, body);
    }
  }
  return answerPlain(socket, status, headers, body);
}

function serveUpgrade(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  handler: UpgradeHandler,
  service: Service,
): Promise<void> | void {
  switch (handler.type) {
    case "relay":
      return relayUpgrade(handler, socket, head, service.log);
    case "tunnel":
      return serveTunnel(handler, socket, head);
    case "remote-command":
      return isWebSocket(message)
        ? commandByWebSocket(message, socket, head, handler)
        : commandBySpdy(message, socket, head, handler);
    case "port-forward":
      return isWebSocket(message)
        ? portForwardByWebSocket(message, socket, head, handler, service)
        : portForwardBySpdy(message, socket, head, handler, service);
  }
}

function commandByWebSocket(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  handler: RemoteCommandHandler,
): Promise<void> | void {
  const accepted = acceptWebSocket(message, socket, head, (name) => commandProtocols.has(name));
  if (accepted !== undefined) return serveCommandWebSocket(accepted.webSocket, accepted.protocol, handler);
}

function portForwardByWebSocket(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  handler: PortForwardHandler,
  { log }: Service,
): Promise<void> | void {
  const supported = (name: string) => name === tunneledPortForward || portForwardProtocols.has(name);
  const accepted = acceptWebSocket(message, socket, head, supported);
  if (accepted === undefined) return;
  const { webSocket, protocol } = accepted;
  if (protocol === tunneledPortForward) return servePortForwardSpdy(webSocketChannel(webSocket), handler, log);
  return servePortForwardWebSocket(webSocket, protocol, handler);
}

function commandBySpdy(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  handler: RemoteCommandHandler,
): Promise<void> | void {
  const protocol = acceptSpdy(message, socket, commandSpdyProtocols);
  if (protocol !== undefined) return serveCommandSpdy(socketChannel(socket, head), protocol, handler);
}

function portForwardBySpdy(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  handler: PortForwardHandler,
  { log }: Service,
): Promise<void> | void {
  const protocol = acceptSpdy(message, socket, [PORT_FORWARD_PROTOCOL]);
  if (protocol !== undefined) return servePortForwardSpdy(socketChannel(socket, head), handler, log);
}

/** Says 101 for the first protocol offered that is supported; otherwise says what is. A client that offers none gets the oldest. */
function acceptSpdy({ headers }: IncomingMessage, socket: Socket, supported: readonly string[]): string | undefined {
  if (headers.upgrade?.toLowerCase() !== "spdy/3.1") {
    refuse(socket, 400, "unable to upgrade: missing upgrade headers in request");
    return undefined;
  }
  const offered = String(headers["x-stream-protocol-version"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const protocol = offered.length === 0 ? supported.at(-1) : offered.find((name) => supported.includes(name));
  if (protocol === undefined) {
    const text = `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${supported.join(" ")}]`;
    refuse(socket, 403, text, { "x-accepted-stream-protocol-versions": supported });
    return undefined;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  return protocol;
}
