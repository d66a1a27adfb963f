import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { PING_MS } from "./byte-channel.ts";
import { refuse } from "./plain-response.ts";

/** As Kubernetes' own servers allow. */
const MOST_MESSAGE_BYTES = 32 * 1024 * 1024;

export function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** The subprotocols that the client offers, best first. A client that offers none speaks the one named "". */
function offeredProtocols({ headers }: IncomingMessage): readonly string[] {
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  return offered.filter((name) => name !== "" || offered.length === 1);
}

/**
 * Takes the connection over as a WebSocket of the first subprotocol offered that is `supported`.
 * Returns nothing where there is none, or where the handshake is malformed: the client has been told.
 */
export function acceptWebSocket(
  message: IncomingMessage,
  socket: Socket,
  head: Buffer,
  supported: (protocol: string) => boolean,
): { readonly webSocket: WebSocket; readonly protocol: string } | undefined {
  const protocol = offeredProtocols(message).find(supported);
  if (protocol === undefined) {
    refuse(socket, 403, "requested protocol(s) are not supported");
    return undefined;
  }
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_MESSAGE_BYTES,
  });
  // The library takes no protocol with a slash in its name, as Kubernetes' tunnels have: it is not shown any.
  const { ["sec-websocket-protocol"]: _, ...headers } = message.headers;
  message.headers = headers;
  if (protocol !== "") server.on("headers", (lines) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`));
  let accepted: WebSocket | undefined;
  server.handleUpgrade(message, socket, head, (webSocket) => {
    accepted = webSocket;
  });
  if (accepted === undefined) return undefined;
  const webSocket = accepted;
  const pinging = setInterval(() => webSocket.ping(), PING_MS).unref();
  webSocket.once("close", () => clearInterval(pinging));
  return { webSocket, protocol };
}
