import { connect, type TLSSocket } from "node:tls";

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
      first = body.subarray(0, ENDS_BYTES).toString("latin1");
      tail = "";
    }
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

/** A watch: tells how many events began in each piece of its answer. Resolves when the answer has begun. */
export async function openWatch(
  door: Door,
  request: Uint8Array,
  came: (events: number, bytes: Buffer) => void,
): Promise<Watch> {
  const socket = await open(door);
  const ended = Promise.withResolvers<never>();
  // Whoever does not wait for it does not mind.
  ended.promise.catch(() => {});
  socket.once("close", () => ended.reject(new Error("the server ended a watch")));
  await new Promise<void>((resolve) => {
    socket.on("data", (bytes: Buffer) => {
      let events = 0;
      for (let at = bytes.indexOf(EVENT); at >= 0; at = bytes.indexOf(EVENT, at + EVENT.length)) events++;
      came(events, bytes);
      resolve();
      // The answer is over, whatever the server does with the connection.
      if (bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) socket.destroy();
    });
    socket.write(request);
  });
  return { ended: ended.promise, close: () => socket.destroy() };
}

const LAST_CHUNK = Buffer.from("0\r\n\r\n");
const EVENT = Buffer.from('{"type":"');

/** The revision of the list that was just answered. */
export function listRevision(connection: Connection): string {
  return /"resourceVersion":"(\d+)"/.exec(connection.ends())![1]!;
}

/**
 * A watch from a revision on that goes on where it was when the server ends it, as client-go's reflectors do: servers end
 * those that are slow. Tells how many events came whole. `ended` rejects where the server does not let it go on.
 */
export async function openReflector(
  door: Door,
  target: string,
  from: string,
  came: (events: number) => void,
): Promise<Watch> {
  let revision = from;
  let current: Watch | undefined;
  let closed = false;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  const again = async (): Promise<void> => {
    const recent = recentBytes();
    const request = requestBytes("GET", `${target}&resourceVersion=${revision}`);
    let before = 0;
    current = await openWatch(door, request, (_begun, bytes) => {
      recent.add(bytes);
      came(wholeEvents(bytes, before));
      before = bytes.at(-1)!;
    });
    current.ended.catch(() => {
      if (closed) return;
      const text = recent.text();
      if (text.includes('"code":410')) lost.reject(new Error(`the server has forgotten revision ${revision}`));
      revision = lastRevision(text) ?? revision;
      again().catch((error: Error) => lost.reject(error));
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

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * An event ends with a line feed; the lines of HTTP's chunks end with a carriage return, too.
 * @param before the byte that came before these.
 */
function wholeEvents(bytes: Buffer, before: number): number {
  let events = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if ((at === 0 ? before : bytes[at - 1]) !== CARRIAGE_RETURN) events++;
  }
  return events;
}

/** So much is kept of what came last: more than one event. */
const RECENT_BYTES = 16 * 1024;

/** The end of what came, without the lengths of HTTP's chunks. */
function recentBytes() {
  let kept: Buffer[] = [];
  let length = 0;
  return {
    add(bytes: Buffer) {
      kept.push(bytes);
      length += bytes.length;
      while (length - kept[0]!.length >= RECENT_BYTES) length -= kept.shift()!.length;
    },
    text: () =>
      Buffer.concat(kept)
        .toString("latin1")
        .replaceAll(/\r\n[0-9a-f]+\r\n/g, ""),
  };
}

/** That of the last event that came whole. */
function lastRevision(text: string): string | undefined {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return /^"(\d+)"/.exec(whole.slice(whole.lastIndexOf(REVISION) + REVISION.length))?.[1];
}

const REVISION = '"resourceVersion":';

/** A watch whose events are read, line by line. Resolves when the answer has begun. */
export async function openLines(door: Door, request: Uint8Array, came: (line: string) => void): Promise<Watch> {
  let rest = "";
  return openWatch(door, request, (_events, bytes) => {
    const lines = (rest + bytes.toString("utf8")).split("\n");
    rest = lines.pop()!;
    // The head, and the lengths of the chunks, stand on lines of their own.
    for (const line of lines) if (line.startsWith("{")) came(line);
  });
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
