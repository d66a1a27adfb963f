import type { User } from "../../../apiserver/auth/user.ts";

/** What a thread asks of the API server. What was sent in one turn of the loop comes as one message. */
export type Asked =
  | {
      readonly type: "call";
      readonly id: number;
      /** Known by its name: that of the first call is remembered. */
      readonly user: Pick<User, "name" | "groups">;
      readonly method: string;
      readonly target: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array | undefined;
    }
  /** Nobody waits for the answer any more. */
  | { readonly type: "cancel"; readonly id: number }
  /** So many bytes of an answer were read. */
  | { readonly type: "read"; readonly id: number; readonly bytes: number };

/** What it is told. */
export type Told =
  | { readonly type: "answer"; readonly id: number; readonly status: number; readonly body: Uint8Array }
  /** The answer goes on in pieces. */
  | { readonly type: "begin"; readonly id: number; readonly status: number }
  | { readonly type: "piece"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "end"; readonly id: number }
  | { readonly type: "broken"; readonly id: number; readonly why: string };
