import type { User } from "./user.ts";

/** Judges a bearer token that is to be good for one of the audiences. */
export type TokenAuthenticator = (token: string, audiences: readonly string[], nowMs: number) => TokenVerdict;

export type TokenVerdict =
  | { readonly type: "user"; readonly user: User; readonly audiences: readonly string[] }
  /** The token is of a kind that this authenticator knows, and it is not good. */
  | { readonly type: "invalid"; readonly error: string }
  | { readonly type: "unknown" };

/** Asks each authenticator in turn; the first that knows the user decides. */
export function anyToken(authenticators: readonly TokenAuthenticator[]): TokenAuthenticator {
  return (token, audiences, nowMs) => {
    let invalid: TokenVerdict | undefined;
    for (const authenticate of authenticators) {
      const verdict = authenticate(token, audiences, nowMs);
      if (verdict.type === "user") return verdict;
      if (verdict.type === "invalid") invalid ??= verdict;
    }
    return invalid ?? { type: "unknown" };
  };
}
