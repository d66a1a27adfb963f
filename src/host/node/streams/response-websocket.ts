import type { WebSocket } from "ws";
import type { ApiResponse, ChunkedBody } from "../../../apiserver/http.ts";
import { sendMessage } from "./byte-channel.ts";

/** Whether the messages are base64 text. */
export const responseProtocols: ReadonlyMap<string, { readonly base64: boolean }> = new Map([
  ["", { base64: false }],
  ["binary.k8s.io", { base64: false }],
  ["base64.binary.k8s.io", { base64: true }],
]);

/**
 * Sends a body that comes bit by bit (a log, a watch) as messages. Kubernetes sends each event of a watch as one text
 * message, and parts of a log as binary ones.
 */
export async function serveResponseWebSocket(
  webSocket: WebSocket,
  protocol: string,
  headers: ApiResponse["headers"],
  { chunks }: ChunkedBody,
): Promise<void> {
  const { base64 } = responseProtocols.get(protocol)!;
  const isJson = String(headers["content-type"]).startsWith("application/json");
  // What a client of this kind sends means nothing, but its pings and its close must be read.
  webSocket.on("message", () => {});
  webSocket.on("error", () => {});
  let line = "";
  for await (const step of chunks) {
    const bytes = Buffer.concat(step);
    if (isJson && !base64) {
      const lines = (line + bytes.toString()).split("\n");
      line = lines.pop()!;
      for (const text of lines) await sendMessage(webSocket, text);
    } else await sendMessage(webSocket, base64 ? bytes.toString("base64") : bytes);
    if (webSocket.readyState !== webSocket.OPEN) return;
  }
  if (line !== "") await sendMessage(webSocket, line);
  webSocket.close(1000);
}
