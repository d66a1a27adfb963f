import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { Inbox } from "./inbox.ts";

/** A reliable stream of bytes each way: a socket, or a WebSocket that tunnels one. */
export interface ByteChannel {
  /** Ends when the other side does, in whatever way; never rejects. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more, or when nobody will read it. */
  write(bytes: Uint8Array): Promise<void>;
  /** Calls back when the connection is gone, even while nobody reads. */
  onGone(listener: () => void): void;
  /** Lets go once everything written has been sent. */
  close(): void;
}

/** How long the other side may take to close after us before the connection is cut. */
const LINGER_MS = 5_000;

/** How often a quiet connection is asked whether it is still there: one that we do not read would never say that it is gone. */
export const PING_MS = 10_000;

/** How much may wait in a WebSocket before its writers wait too. */
const FULL_BYTES = 256 * 1024;

const written = Promise.resolve();

/** @param head what came before the connection was taken over. */
export function socketChannel(socket: Socket, head: Uint8Array): ByteChannel {
  const drained = drainOf(socket);
  return {
    input: readSocket(socket, head),
    write: (bytes) => (socket.destroyed || socket.write(bytes) ? written : drained()),
    onGone: (listener) => void socket.once("close", listener),
    close() {
      if (socket.destroyed) return;
      socket.end();
      // What still comes must be read: closing over unread bytes resets the connection and takes our last words with it.
      socket.resume();
      const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
      socket.once("close", () => clearTimeout(timer));
    },
  };
}

/** One promise for all who wait for a socket to drain. */
function drainOf(socket: Socket): () => Promise<void> {
  let draining: Promise<void> | undefined;
  return () =>
    (draining ??= new Promise((resolve) => {
      const done = () => {
        socket.off("drain", done).off("close", done);
        draining = undefined;
        resolve();
      };
      socket.once("drain", done).once("close", done);
    }));
}

async function* readSocket(socket: Socket, head: Uint8Array): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Buffer;
  } catch {
    // A reset connection has ended as well.
  }
}

export function webSocketChannel(socket: WebSocket): ByteChannel {
  const inbox = new Inbox();
  feedInbox(socket, (message) => inbox.push(message) || inbox);
  socket.once("close", () => inbox.end());
  return {
    input: inbox,
    write: (bytes) => sendMessage(socket, bytes),
    onGone: (listener) => void socket.once("close", listener),
    close: () => socket.close(1000),
  };
}

/**
 * Hands over each message, and pauses the connection while an inbox is full.
 * @param deliver returns the inbox that has no more room, or `true`.
 */
export function feedInbox(socket: WebSocket, deliver: (message: Buffer) => true | Inbox): void {
  let full = 0;
  socket.on("message", (message: Buffer) => {
    const inbox = deliver(message);
    if (inbox === true) return;
    full++;
    socket.pause();
    void inbox.room().then(() => {
      if (--full === 0) socket.resume();
    });
  });
  socket.on("error", () => {
    // Its close follows and is what counts.
  });
}

/** Resolves when there is room for more; at once if nobody listens any more. */
export function sendMessage(socket: WebSocket, message: Uint8Array | string): Promise<void> {
  if (socket.readyState !== socket.OPEN) return written;
  if (socket.bufferedAmount < FULL_BYTES) {
    socket.send(message, () => {});
    return written;
  }
  return new Promise((resolve) => socket.send(message, () => resolve()));
}
