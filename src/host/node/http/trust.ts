/**
 * Whom a connection trusts, as Node's TLS options. A server's own certificate is trusted where it stands among the authorities, though
 * no authority of them signed it: Go does so, and many who write a `caBundle` put just that there.
 * @param authorities PEM; undefined for those of the system
 */
export function trustIn(authorities: string | undefined): TrustOptions {
  return authorities === undefined ? {} : { ca: authorities, allowPartialTrustChain: true };
}

export interface TrustOptions {
  readonly ca?: string;
  readonly allowPartialTrustChain?: boolean;
}
