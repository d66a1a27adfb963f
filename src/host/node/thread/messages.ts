import type { ApiResponse, Peer } from "../../../apiserver/http.ts";
import type { RelayHandler, TunnelHandler } from "../../../apiserver/streams.ts";

/** What a thread asks of the API server. What was sent in one turn of the loop comes as one message. */
export type Asked =
  | {
      readonly type: "call";
      readonly id: number;
      readonly peer: Peer;
      readonly method: string;
      readonly target: string;
      readonly headers: Readonly<Record<string, string | undefined>>;
      /** Undefined where it has not come yet: whoever wants it says so. */
      readonly body: Uint8Array | undefined;
    }
  /** The body that was wanted, or that there is none to be had. */
  | { readonly type: "body"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "no-body"; readonly id: number; readonly why: string; readonly tooLarge: boolean }
  /** The answer should end soon, whole: the client goes, or the server closes. */
  | { readonly type: "stop"; readonly id: number }
  /** Nobody waits for the answer any more. */
  | { readonly type: "cancel"; readonly id: number }
  /** So many bytes of an answer were read. */
  | { readonly type: "read"; readonly id: number; readonly bytes: number };

/** What it is told. */
export type Told =
  | (Head & { readonly type: "answer"; readonly body: Uint8Array | undefined })
  /** The answer goes on in pieces. */
  | (Head & { readonly type: "begin"; readonly compressible: boolean; readonly live: boolean })
  /** More of several answers at once: of all that watch the same. */
  | { readonly type: "piece"; readonly ids: number[]; readonly piece: Uint8Array }
  | { readonly type: "end"; readonly id: number }
  | { readonly type: "broken"; readonly id: number; readonly why: string }
  /** The connection is to be taken over by bytes that flow to elsewhere. */
  | (Head & { readonly type: "take-over"; readonly handler: RelayHandler | TunnelHandler })
  /** The body is wanted, of at most so many bytes. */
  | { readonly type: "want-body"; readonly id: number; readonly limit: number }
  /** Somebody wants to know when the answer should end. */
  | { readonly type: "want-stop"; readonly id: number };

interface Head {
  readonly id: number;
  readonly status: number;
  readonly headers: ApiResponse["headers"];
}
