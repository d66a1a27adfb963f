import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ApiResponse, ChunkedBody } from "../../../apiserver/http.ts";

/** Answers a request for an upgrade with what is no upgrade, and ends the connection. */
export async function answerPlain(
  socket: Socket,
  status: number,
  headers: ApiResponse["headers"],
  body: Uint8Array | ChunkedBody | undefined,
): Promise<void> {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`];
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  if (body === undefined || body instanceof Uint8Array) lines.push(`content-length: ${body?.length ?? 0}`);
  lines.push("connection: close", "", "");
  socket.write(lines.join("\r\n"));
  if (body instanceof Uint8Array) socket.write(body);
  else if (body !== undefined) {
    // Without a length, the end of the connection is the end of the body.
    for await (const chunks of body.chunks) {
      if (socket.destroyed) return;
      if (!socket.write(Buffer.concat(chunks))) await new Promise<void>((resolve) => onceRoom(socket, resolve));
    }
  }
  socket.end();
  socket.resume();
}

export function refuse(socket: Socket, status: number, text: string, headers: ApiResponse["headers"] = {}): void {
  const all = { ...headers, "content-type": "text/plain; charset=utf-8" };
  void answerPlain(socket, status, all, new TextEncoder().encode(`${text}\n`));
}

function onceRoom(socket: Socket, done: () => void): void {
  const settle = () => {
    socket.off("drain", settle).off("close", settle);
    done();
  };
  socket.once("drain", settle).once("close", settle);
}
