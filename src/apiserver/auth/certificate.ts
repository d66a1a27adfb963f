import type { PeerCertificate } from "../http.ts";
import { ALL_AUTHENTICATED, CREDENTIAL_ID } from "./groups.ts";
import type { User } from "./user.ts";

/** The user of a verified client certificate: its common name, and its organizations as groups. */
export function certificateUser(certificate: PeerCertificate): User {
  return {
    name: certificate.commonName,
    uid: "",
    groups: [...certificate.organizations, ALL_AUTHENTICATED],
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${certificate.fingerprint.toLowerCase()}`] },
  };
}
