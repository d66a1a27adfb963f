import { createAuthority, issue, type KeyPair } from "./certificate.ts";

/** An authority that is good for an hour, and those that it vouches for. */
export interface TestAuthority {
  readonly certificate: string;
  /** A server that is reached by these names and addresses, as TLS wants it. */
  server(...names: string[]): { readonly key: string; readonly cert: string };
  client(commonName: string, ...organizations: string[]): KeyPair;
}

export function testAuthority(commonName = "ca"): TestAuthority {
  const times = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + 3_600_000 };
  const authority = createAuthority({ commonName }, times);
  return {
    certificate: authority.certificate,
    server(...names) {
      const subject = { commonName: names[0]! };
      const { key, certificate } = issue(authority, { subject, usages: ["server auth"], names, ...times });
      return { key, cert: certificate };
    },
    client: (name, ...organizations) =>
      issue(authority, { subject: { commonName: name, organizations }, usages: ["client auth"], ...times }),
  };
}
