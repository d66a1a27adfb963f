import { connect, type TLSSocket } from "node:tls";
import { chunkedReader } from "./chunked.ts";

/** Where the load goes, and as whom: PEM texts. */
export interface Door {
  readonly port: number;
  readonly certificate: string;
  readonly key: string;
}

export interface Connection {
  /** Sends a request and resolves with the status when its answer is whole. */
  ask(request: Uint8Array): Promise<number>;
  /** How the body of the last answer begins and ends: a list tells of itself before its items or after them. */
  ends(): string;
  close(): void;
}

/** So much of each end is kept. */
const ENDS_BYTES = 1024;

/** One kept-alive connection that asks one thing after another, and parses as little of the answers as can be. */
export async function openConnection(door: Door): Promise<Connection> {
  const socket = await open(door);
  let answered: ((status: number) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  let head = "";
  let status = 0;
  /** Bytes that the body still lacks; undefined while the head is read; -1 for a chunked body. */
  let missing: number | undefined;
  let tail = "";
  let first = "";
  const finish = () => {
    missing = undefined;
    head = "";
    answered?.(status);
  };
  socket.on("data", (bytes: Buffer) => {
    let body = bytes;
    if (missing === undefined) {
      head += bytes.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      status = Number(head.slice(9, 12));
      const length = /content-length: (\d+)/i.exec(head);
      missing = length === null ? -1 : Number(length[1]);
      body = bytes.subarray(bytes.length - (head.length - end - 4));
      first = "";
      tail = "";
    }
    if (first.length < ENDS_BYTES) first += body.subarray(0, ENDS_BYTES - first.length).toString("latin1");
    if (missing >= 0) {
      missing -= body.length;
      if (missing > 0) return;
      tail = body.subarray(-ENDS_BYTES).toString("latin1");
      finish();
      return;
    }
    // Only a small piece can be the end without all of it being in this one.
    tail = body.length >= 8 ? body.subarray(-ENDS_BYTES).toString("latin1") : tail + body.toString("latin1");
    if (tail.endsWith("\r\n0\r\n\r\n")) finish();
  });
  socket.on("error", (error) => failed?.(error));
  socket.on("close", () => failed?.(new Error("the server closed the connection")));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        answered = resolve;
        failed = reject;
        socket.write(request);
      }),
    ends: () => first + tail,
    close: () => {
      failed = undefined;
      socket.destroy();
    },
  };
}

export interface Watch {
  /** Rejects when the server ends the watch, as it does with a reader that is too slow. */
  readonly ended: Promise<never>;
  close(): void;
}

/**
 * A watch: hands on the pieces of its body. Resolves when the answer has begun.
 * @throws for an answer that is a refusal.
 */
export async function openWatch(door: Door, target: string, came: (bytes: Buffer) => void): Promise<Watch> {
  const socket = await open(door);
  const ended = Promise.withResolvers<never>();
  // Whoever does not wait for it does not mind.
  ended.promise.catch(() => {});
  socket.once("close", () => ended.reject(new Error("the server ended a watch")));
  const reader = chunkedReader();
  await new Promise<void>((resolve, reject) => {
    socket.on("data", (bytes: Buffer) => {
      for (const piece of reader.read(bytes)) came(piece);
      if ((reader.status ?? 0) >= 400) reject(new Error(`answered ${reader.status} to a watch`));
      else if (reader.status !== undefined) resolve();
      // The answer is over, whatever the server does with the connection.
      if (reader.ended) socket.destroy();
    });
    socket.write(requestBytes("GET", target));
  });
  return { ended: ended.promise, close: () => socket.destroy() };
}

/** The revision of the list that was just answered. */
export function listRevision(connection: Connection): string {
  return /"resourceVersion":"(\d+)"/.exec(connection.ends())![1]!;
}

/**
 * A watch from a revision on that goes on where it was when the server ends it, as client-go's reflectors do: servers end
 * those that are slow. Hands on the events, a line each. `ended` rejects where the server does not let it go on.
 */
export async function openReflector(
  door: Door,
  target: string,
  from: string,
  came: (lines: readonly string[]) => void,
): Promise<Watch> {
  let last = `"resourceVersion":"${from}"`;
  let current: Watch | undefined;
  let closed = false;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const again = async (): Promise<void> => {
    const revision = /"resourceVersion":"(\d+)"/.exec(last)![1]!;
    let rest = "";
    current = await openWatch(door, `${target}&resourceVersion=${revision}`, (bytes) => {
      const lines = (rest + bytes.toString("latin1")).split("\n");
      rest = lines.pop()!;
      if (lines.length === 0) return;
      last = lines.at(-1)!;
      if (last.startsWith('{"type":"ERROR"')) lost.reject(new Error(`the server answered a watch with ${last}`));
      else came(lines);
    });
    current.ended.catch(() => {
      if (!closed) again().catch((error: Error) => lost.reject(error));
    });
  };
  await again();
  return {
    ended: lost.promise,
    close: () => {
      closed = true;
      current?.close();
    },
  };
}

function open({ port, certificate, key }: Door): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, cert: certificate, key, rejectUnauthorized: false });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
    socket.setNoDelay(true);
  });
}

/** An HTTP/1.1 request's bytes. */
export function requestBytes(method: string, target: string, body?: unknown, type = "application/json"): Uint8Array {
  const content = body === undefined ? "" : JSON.stringify(body);
  const lines = [
    `${method} ${target} HTTP/1.1`,
    "host: 127.0.0.1",
    "accept: application/json",
    "user-agent: bench",
    ...(body === undefined ? [] : [`content-type: ${type}`, `content-length: ${Buffer.byteLength(content)}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${content}`);
}
