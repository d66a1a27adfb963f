import { connect, type Socket } from "node:net";
import type { TunnelHandler } from "../../../apiserver/streams.ts";
import { answerPlain } from "./plain-response.ts";
import { join } from "./relay.ts";

/** What is asked for in the `upgrade` header: bytes, as they are. */
export const TUNNEL_PROTOCOL = "wherry-tunnel";

/** Connects to an address on behalf of the client, and passes all bytes both ways until either side ends. */
export function serveTunnel({ address, port }: TunnelHandler, socket: Socket, head: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const target = connect({ host: address, port });
    const onGone = () => target.destroy();
    socket.once("close", onGone);
    target.once("connect", () => {
      socket.off("close", onGone).off("close", resolve);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${TUNNEL_PROTOCOL}\r\n\r\n`);
      if (head.length > 0) target.write(head);
      target.off("error", onError);
      join(socket, target, resolve);
    });
    const onError = ({ code = "EIO" }: NodeJS.ErrnoException) =>
      void answerPlain(socket, 502, { "content-type": "text/plain" }, Buffer.from(code)).finally(resolve);
    target.once("error", onError);
    socket.once("close", resolve);
  });
}
