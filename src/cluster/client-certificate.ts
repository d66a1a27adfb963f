import type { KeyPair } from "../host/node/pki/certificate.ts";
import type { AuthorityDirectory } from "../host/node/pki/directory.ts";

/** A certificate by which a component or a person is known to the API server. */
export function clientCertificate(
  pki: AuthorityDirectory,
  file: string,
  commonName: string,
  organizations: readonly string[],
): KeyPair {
  return pki.certificate(file, { subject: { commonName, organizations }, usages: ["client auth"] });
}
