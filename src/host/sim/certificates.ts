import type {
  CertificateSigner,
  IssuedCertificate,
  RequestedCertificate,
  SigningTerms,
} from "../../api/certificates/reader.ts";
import { decodeBase64, encodeBase64 } from "../../machinery/base64.ts";

/** Requests and certificates inside a simulation: JSON in the clothes of PEM, the same for the same content. */
export const simulatedAuthority: CertificateSigner = {
  readRequest(pem) {
    const requested = read<Partial<RequestedCertificate>>(pem, "CERTIFICATE REQUEST");
    if (requested === undefined) throw new Error("PEM block type must be CERTIFICATE REQUEST");
    return { ...NOTHING, ...requested };
  },
  readCertificates(pem) {
    const issued = read<SigningTerms>(pem, "CERTIFICATE");
    if (issued === undefined) throw new Error("x509: malformed certificate");
    return [issued satisfies IssuedCertificate];
  },
  // Keys are imagined: every one fits.
  keyPairProblem: () => undefined,
  sign: (request, terms) => clothed("CERTIFICATE", { ...requestedIn(request), ...terms }),
};

/** A request that {@link simulatedAuthority} reads. */
export function simulatedRequest(requested: Partial<RequestedCertificate>): string {
  return clothed("CERTIFICATE REQUEST", requested);
}

const NOTHING: RequestedCertificate = {
  commonName: "",
  organizations: [],
  dnsNames: [],
  addresses: [],
  emailAddresses: [],
  uris: [],
};

function requestedIn(request: string): RequestedCertificate {
  return simulatedAuthority.readRequest(request);
}

function clothed(label: string, content: object): string {
  return `-----BEGIN ${label}-----\n${encodeBase64(JSON.stringify(content))}\n-----END ${label}-----\n`;
}

function read<T>(pem: string, label: string): T | undefined {
  const match = new RegExp(`-----BEGIN ${label}-----\\n(.*)\\n-----END ${label}-----`).exec(pem);
  try {
    return match === null ? undefined : (JSON.parse(decodeBase64(match[1]!)) as T);
  } catch {
    return undefined;
  }
}
