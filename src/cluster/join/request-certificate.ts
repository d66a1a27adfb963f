import type { CertificateSigningRequest } from "../../api/generated/certificates-v1.ts";
import type { Node } from "../../api/generated/core-v1.ts";
import { KUBE_APISERVER_CLIENT_KUBELET } from "../../api/certificates/v1/signer-name.ts";
import { NODE_PREFIX, NODES } from "../../apiserver/auth/groups.ts";
import { type Clock, delay } from "../../base/clock.ts";
import { type OneAnswer, oneRequest } from "../../host/node/http/one-request.ts";
import { generateKey, type KeyPair } from "../../host/node/pki/certificate.ts";
import { createSigningRequest } from "../../host/node/pki/create-request.ts";
import { CannotJoin } from "./discover.ts";

export interface CertificateAsked {
  readonly server: string;
  readonly token: string;
  /** The cluster's authority, as `discover` found it. */
  readonly authority: string;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const LOOK_AGAIN_MS = 250;
const PATIENCE_MS = 60_000;

/**
 * Gets the certificate by which this machine is the node of that name. Its key is made here and stays here.
 * @throws {CannotJoin} where the name is taken, or the request refused.
 */
export async function requestCertificate(asked: CertificateAsked): Promise<KeyPair> {
  const { nodeName, clock, signal } = asked;
  await checkName(asked);
  const key = generateKey();
  const subject = { commonName: `${NODE_PREFIX}${nodeName}`, organizations: [NODES] };
  const request = Buffer.from(createSigningRequest(key, subject)).toString("base64");
  const made = read<CertificateSigningRequest>(
    asked,
    await send(asked, "POST", REQUESTS, {
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { generateName: "node-csr-" },
      spec: { request, signerName: KUBE_APISERVER_CLIENT_KUBELET, usages: ["digital signature", "client auth"] },
    }),
  );
  const { name } = made.metadata;
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const { status } = read<CertificateSigningRequest>(asked, await send(asked, "GET", `${REQUESTS}/${name}`));
    const refused = status.conditions?.find(({ type }) => type === "Denied" || type === "Failed");
    if (refused !== undefined) {
      throw new CannotJoin(
        `the cluster refused node ${nodeName}: ${refused.message ?? refused.reason ?? refused.type}`,
      );
    }
    if (status.certificate !== undefined) {
      return { certificate: Buffer.from(status.certificate, "base64").toString("utf8"), key };
    }
    if (clock.now() > until) {
      throw new CannotJoin(
        `nobody approved node ${nodeName}: 'kubectl certificate approve ${name}' on the server does`,
      );
    }
    await delay(clock, LOOK_AGAIN_MS, { signal });
  }
}

/** A node that is alive keeps its name: two machines under one name would take each other's pods down. */
async function checkName(asked: CertificateAsked): Promise<void> {
  const answer = await send(asked, "GET", `/api/v1/nodes/${asked.nodeName}`);
  if (answer.status === 404) return;
  const node = read<Node>(asked, answer);
  const ready = node.status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return;
  throw new CannotJoin(`there is a node ${asked.nodeName} already, and it is Ready: give this one another name`);
}

function send(asked: CertificateAsked, method: "GET" | "POST", path: string, body?: object): Promise<OneAnswer> {
  const { server, authority, token, signal } = asked;
  return oneRequest({ server, method, path, authority, token, signal, ...(body === undefined ? {} : { body }) });
}

function read<T>({ server, token }: CertificateAsked, { status, text }: OneAnswer): T {
  if (status < 300) return JSON.parse(text) as T;
  const id = token.split(".")[0];
  if (status === 401)
    throw new CannotJoin(`${server} does not let token ${id} in: its time is over, or it may only sign`);
  const { message = text } = JSON.parse(text) as { readonly message?: string };
  throw new CannotJoin(`${server} refused: ${message}`);
}
