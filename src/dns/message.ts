/** DNS messages as far as the cluster's names need them. Names are written without the dot at their end. */
export interface Question {
  /** As the client wrote it: letters keep their case. */
  readonly name: string;
  /** `A`, `SRV`, …; `TYPE65` and the like for those without a name. */
  readonly type: string;
}

export type ResourceRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | { readonly type: "TXT"; readonly text: string }
  | ({ readonly type: "SOA" } & StartOfAuthority)
);

export interface StartOfAuthority {
  readonly primary: string;
  readonly mailbox: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export type ResponseCode = "NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "BADVERS";

export interface Answer {
  readonly code: ResponseCode;
  readonly answers: readonly ResourceRecord[];
  /** The start of authority, where there is no answer: it says how long that may be remembered. */
  readonly authorities: readonly ResourceRecord[];
  readonly additionals: readonly ResourceRecord[];
  /** A name of elsewhere that the last answer points to: its records of the question's type belong to the answer. */
  readonly continueWith?: string;
}

export function refusal(code: Exclude<ResponseCode, "NOERROR">): Answer {
  return { code, answers: [], authorities: [], additionals: [] };
}
