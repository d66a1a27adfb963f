/** Signs and verifies service-account tokens (JWT). Synchronous, so that authentication needs no turn of the loop. */
export interface TokenSigner {
  /** The compact form of a token with these claims. */
  sign(claims: TokenClaims): string;
  /**
   * The claims, if one of our keys made the signature; `undefined` for anything else, foreign or malformed.
   * Issuer, audience, times and the bound object are the authenticator's to judge.
   */
  verify(token: string): TokenClaims | undefined;
}

/** What a service-account token says; times in seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti?: string;
  readonly "kubernetes.io"?: {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly node?: { readonly name: string; readonly uid?: string };
    readonly secret?: { readonly name: string; readonly uid: string };
    /** The expiry before it was extended for old clients; later use is warned about. */
    readonly warnafter?: number;
  };
}
