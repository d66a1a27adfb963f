import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { KUBE_APISERVER_CLIENT_KUBELET, KUBELET_SERVING } from "../../api/certificates/v1/signer-name.ts";
import { type Clock, delay } from "../../base/clock.ts";
import type { Client } from "../../client/client.ts";
import { generateKey, type KeyPair } from "../../host/node/pki/certificate.ts";
import { createSigningRequest } from "../../host/node/pki/create-request.ts";
import type { Draft } from "../../machinery/object.ts";
import { nodeSubject } from "../credentials.ts";

export interface CertificateAsked {
  readonly client: Client;
  readonly nodeName: string;
  /** By which the node is known to the API server, or by which its own API is known to others. */
  readonly purpose: "client" | "serving";
  /** The names and addresses of the node's own API; none for a client. */
  readonly names: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const SIGNERS = {
  client: { signerName: KUBE_APISERVER_CLIENT_KUBELET, usages: ["digital signature", "client auth"] },
  serving: { signerName: KUBELET_SERVING, usages: ["digital signature", "server auth"] },
} as const;

const LOOK_AGAIN_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * Gets a certificate of a node from the cluster. Its key is made here and stays here.
 * @throws {StatusError} where the API server refuses, an Error with a sentence where the cluster's signers do, or nobody approves.
 */
export async function requestCertificate(asked: CertificateAsked): Promise<KeyPair> {
  const { client, nodeName, purpose, names, clock, signal } = asked;
  const key = generateKey();
  const pem = createSigningRequest(key, nodeSubject(nodeName), names);
  const draft = {
    metadata: { generateName: "csr-" },
    spec: { ...SIGNERS[purpose], request: Buffer.from(pem).toString("base64") },
  } as unknown as Draft<CertificateSigningRequest>;
  const { metadata } = await client.create(CertificateSigningRequest, draft, { signal });
  const { name } = metadata;
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const { status } = await client.get(CertificateSigningRequest, { name }, { signal });
    const refused = status.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
    if (refused !== undefined) {
      throw new Error(`the cluster refused node ${nodeName}: ${refused.message ?? refused.reason ?? refused.type}`);
    }
    if (status.certificate !== undefined) {
      return { certificate: Buffer.from(status.certificate, "base64").toString("utf8"), key };
    }
    if (clock.now() > until) {
      throw new Error(
        `nobody approved the ${purpose} certificate of node ${nodeName}: 'kubectl certificate approve ${name}' does`,
      );
    }
    await delay(clock, LOOK_AGAIN_MS, { signal });
  }
}
