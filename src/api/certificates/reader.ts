/**
 * What certificates, and requests for them, say. The core knows no cryptography: `host/node/pki` carries this out, and
 * `host/sim` imagines it. All texts are PEM.
 */
export interface CertificateReader {
  /** @throws {Error} where the request is malformed, or not signed by the key that it wants certified. */
  readRequest(pem: string): RequestedCertificate;
  /** @throws {Error} where the text is not a chain of certificates. */
  readCertificates(pem: string): readonly IssuedCertificate[];
  /** Why a certificate and a key are no pair, in the words of Go's TLS. */
  keyPairProblem(certificate: string, key: string): string | undefined;
}

/** What a PKCS#10 request asks to have certified. */
export interface RequestedCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
}

export interface IssuedCertificate {
  /** Milliseconds since the epoch. */
  readonly notAfterMs: number;
}

/** An authority that certifies what a request asks for: its subject and its names, for the usages that it is given. */
export interface CertificateSigner extends CertificateReader {
  /** @returns the certificate. @throws {Error} where the authority itself has expired. */
  sign(request: string, terms: SigningTerms): string;
}

export interface SigningTerms {
  /** Kubernetes' names of them: `client auth`, `digital signature`. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch; never later than the authority's own end. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}
