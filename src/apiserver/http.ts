import type { UpgradeHandler } from "./streams.ts";

/** A request as any carrier brings it: Node's HTTP/1.1 and HTTP/2, a browser's fetch, a test. */
export interface ApiRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; several values of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Reads the whole body once. @throws {BodyTooLarge} beyond the limit, in bytes. */
  readonly body: (limit: number) => Promise<Uint8Array>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  readonly peer: Peer;
}

export interface Peer {
  readonly address: string;
  /** The client certificate, only if it was verified against the cluster's CA. */
  readonly certificate?: PeerCertificate;
  /** A certificate was sent and could not be verified. */
  readonly badCertificate?: boolean;
}

export interface PeerCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** SHA-256, in hex. */
  readonly fingerprint: string;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. A list is sent as several headers of that name. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: ResponseBody;
}

export type ResponseBody = undefined | Uint8Array | ChunkedBody | Upgrade;

/** Written as it comes; the chunks of one step are joined into one write, and steps of one turn of the loop too. */
export interface ChunkedBody {
  readonly type: "chunks";
  readonly chunks: Iterable<readonly Uint8Array[]> | AsyncIterable<readonly Uint8Array[]>;
  /** May be compressed if the client can read that and it grows long: a list, never a stream that someone waits for. */
  readonly compressible?: boolean;
  /** Made as things happen: its head is sent at once, and it ends when the server closes. Default: whether the chunks are asynchronous. */
  readonly live?: boolean;
}

/** The connection is taken over: exec, attach, port-forward, a proxied upgrade. */
export interface Upgrade {
  readonly type: "upgrade";
  readonly handler: UpgradeHandler;
}

export class BodyTooLarge extends Error {
  readonly limit: number;
  constructor(limit: number) {
    super(`the body is larger than ${limit} bytes`);
    this.limit = limit;
  }
}
