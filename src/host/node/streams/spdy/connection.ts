import type { ByteSink } from "../../../../apiserver/streams.ts";
import type { ByteChannel } from "../byte-channel.ts";
import { PING_MS } from "../byte-channel.ts";
import { Inbox } from "../inbox.ts";
import type { Frame } from "./frames.ts";
import {
  dataFrame,
  FrameParser,
  goAwayFrame,
  pingFrame,
  resetFrame,
  resetStatus,
  synReplyFrame,
  synStreamFrame,
} from "./frames.ts";
import type { SpdyHeaders } from "./header-block.ts";
import { HeaderReader, HeaderWriter } from "./header-block.ts";

/** Longer writes are cut, so that streams share the connection. */
const MOST_DATA_BYTES = 64 * 1024;

/**
 * One SPDY/3.1 connection, either side. There are no windows: the Go library at the other end keeps none, and holds a
 * sender back by not reading, as we do.
 */
export class SpdyConnection {
  readonly #channel: ByteChannel;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, SpdyStream>();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #parity: 0 | 1;
  #nextId: number;
  #lastRemoteId = 0;
  #closed = false;

  /** @param onStream is called for each stream that the other side opens; it must `accept` or `reset` it. */
  constructor(channel: ByteChannel, role: "server" | "client", onStream: (stream: SpdyStream) => void) {
    this.#channel = channel;
    this.#onStream = onStream;
    this.#parity = role === "client" ? 1 : 0;
    this.#nextId = role === "client" ? 1 : 2;
  }

  /** Reads until the other side goes away or breaks the protocol; then every stream has ended. Call once. */
  async run(): Promise<void> {
    const parser = new FrameParser();
    let pingId = this.#nextId;
    const pinging = setInterval(() => {
      this.send(pingFrame(pingId)).catch(() => {});
      pingId = (pingId + 2) % 0x4000_0000;
    }, PING_MS).unref();
    this.#channel.onGone(() => this.#loseStreams());
    try {
      reading: for await (const chunk of this.#channel.input) {
        for (const frame of parser.push(chunk)) {
          if (frame.type === "go-away") break reading;
          await this.#handle(frame);
        }
      }
    } finally {
      clearInterval(pinging);
      this.#loseStreams();
      this.#reader.close();
      this.close();
    }
  }

  /** Opens a stream, and resolves when the other side has accepted it. @throws {Error} if it refused. */
  open(headers: SpdyHeaders): Promise<SpdyStream> {
    if (this.#closed) return Promise.reject(new Error("the connection is closed"));
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream(this, id, headers);
    this.#streams.set(id, stream);
    void this.send(synStreamFrame(id, this.#writer.write(headers)));
    return stream.accepted.then(() => stream);
  }

  /** Says goodbye once everything written has gone out. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#channel.write(goAwayFrame(this.#lastRemoteId));
    this.#channel.close();
  }

  send(frame: Buffer): Promise<void> {
    if (this.#closed) return Promise.reject(new Error("the connection is closed"));
    return this.#channel.write(frame);
  }

  reply(stream: SpdyStream): void {
    if (!this.#closed) void this.send(synReplyFrame(stream.id, this.#writer.write({})));
  }

  forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id);
  }

  #loseStreams(): void {
    for (const stream of this.#streams.values()) stream.lost();
    this.#streams.clear();
  }

  async #handle(frame: Frame): Promise<void> {
    switch (frame.type) {
      case "syn-stream": {
        const headers = await this.#reader.read(frame.block);
        if (frame.stream <= this.#lastRemoteId || frame.stream % 2 === this.#parity) {
          void this.send(resetFrame(frame.stream, resetStatus.protocolError));
          return;
        }
        this.#lastRemoteId = frame.stream;
        const stream = new SpdyStream(this, frame.stream, headers);
        this.#streams.set(frame.stream, stream);
        if (frame.fin) stream.remoteEnded();
        this.#onStream(stream);
        return;
      }
      case "syn-reply":
      case "headers":
        await this.#reader.read(frame.block);
        this.#streams.get(frame.stream)?.remoteAccepted(frame.fin);
        return;
      case "data": {
        const stream = this.#streams.get(frame.stream);
        if (stream === undefined) return;
        if (!stream.input.push(frame.bytes)) await stream.input.room();
        if (frame.fin) stream.remoteEnded();
        return;
      }
      case "reset":
        this.#streams.get(frame.stream)?.lost();
        this.#streams.delete(frame.stream);
        return;
      case "ping":
        // One of our own parity is the answer to a ping of ours.
        if (frame.id % 2 !== this.#parity) void this.send(pingFrame(frame.id));
        return;
      case "go-away":
      case "ignored":
    }
  }
}

/** One stream of a connection; each side ends its own direction. */
export class SpdyStream implements ByteSink {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly input = new Inbox();
  readonly accepted: Promise<void>;
  readonly #connection: SpdyConnection;
  readonly #lost = new AbortController();
  #settleAccepted: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #localEnded = false;

  constructor(connection: SpdyConnection, id: number, headers: SpdyHeaders) {
    this.#connection = connection;
    this.id = id;
    this.headers = headers;
    this.accepted = new Promise((resolve, reject) => {
      this.#settleAccepted = { resolve, reject };
    });
    this.accepted.catch(() => {});
  }

  /** Aborted when the other side drops the stream or the connection. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  accept(): void {
    this.#connection.reply(this);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#localEnded) throw new Error("the stream is closed");
    for (let start = 0; start < bytes.length; start += MOST_DATA_BYTES) {
      await this.#connection.send(dataFrame(this.id, bytes.subarray(start, start + MOST_DATA_BYTES), false));
    }
  }

  async close(): Promise<void> {
    if (this.#localEnded) return;
    this.#localEnded = true;
    await this.#connection.send(dataFrame(this.id, new Uint8Array(0), true)).catch(() => {});
    if (this.input.ended) this.#connection.forget(this);
  }

  /** Drops the stream both ways. */
  reset(status: number = resetStatus.cancel): void {
    this.input.discard();
    this.#connection.forget(this);
    if (this.#localEnded && this.input.ended) return;
    this.#localEnded = true;
    this.#connection.send(resetFrame(this.id, status)).catch(() => {});
  }

  remoteAccepted(fin: boolean): void {
    this.#settleAccepted?.resolve();
    if (fin) this.remoteEnded();
  }

  remoteEnded(): void {
    this.input.end();
    if (this.#localEnded) this.#connection.forget(this);
  }

  lost(): void {
    this.#localEnded = true;
    this.input.end();
    this.#settleAccepted?.reject(new Error("the other side refused or dropped the stream"));
    this.#lost.abort(new Error("the client dropped the stream"));
  }
}
