import type { WebSocket } from "ws";
import type { PortForwardHandler } from "../../../apiserver/streams.ts";
import { feedInbox, sendMessage } from "./byte-channel.ts";
import { decodeMessage, encodeMessage } from "./command-websocket.ts";
import { Inbox } from "./inbox.ts";

/** Whether the messages are base64 text. */
export const portForwardProtocols: ReadonlyMap<string, { readonly base64: boolean }> = new Map([
  ["v4.channel.k8s.io", { base64: false }],
  ["v4.base64.channel.k8s.io", { base64: true }],
  ["", { base64: false }],
]);

/** The older way: each port that the URL names has one connection, on a channel for its bytes and one for what goes wrong. */
export async function servePortForwardWebSocket(
  webSocket: WebSocket,
  protocolName: string,
  { ports, forward }: PortForwardHandler,
): Promise<void> {
  const protocol = portForwardProtocols.get(protocolName)!;
  const inboxes = ports.map(() => new Inbox());
  const gone = new AbortController();
  feedInbox(webSocket, (message) => {
    if (message.length === 0) return true;
    const { channel, bytes } = decodeMessage(protocol, message);
    const inbox = channel % 2 === 0 ? inboxes[channel / 2] : undefined;
    return inbox === undefined || inbox.push(bytes) || inbox;
  });
  webSocket.once("close", () => {
    for (const inbox of inboxes) inbox.end();
    gone.abort(new Error("the client went away"));
  });
  const send = (channel: number, bytes: Uint8Array) => sendMessage(webSocket, encodeMessage(protocol, channel, bytes));
  await Promise.all(
    ports.map(async (port, index) => {
      // Each channel begins with its port, the low byte first.
      const announced = Buffer.from([port & 0xff, port >>> 8]);
      void send(2 * index, announced);
      void send(2 * index + 1, announced);
      const output = {
        write: (bytes: Uint8Array) =>
          webSocket.readyState === webSocket.OPEN
            ? send(2 * index, bytes)
            : Promise.reject(new Error("the client went away")),
        close: () => Promise.resolve(),
      };
      try {
        await forward({ port, requestId: String(index), input: inboxes[index]!, output, signal: gone.signal });
      } catch (error) {
        void send(2 * index + 1, Buffer.from(error instanceof Error ? error.message : String(error)));
      }
      inboxes[index]!.discard();
    }),
  );
  webSocket.close(1000);
}
