import { createHash, createPublicKey } from "node:crypto";
import { parse } from "yaml";
import { detachedSignature, signatureKey } from "../../api/bootstrap/signature.ts";
import { type BootstrapToken, CLUSTER_INFO, parseToken } from "../../api/bootstrap/token.ts";
import { KUBERNETES_VERSION } from "../../apiserver/version.ts";
import { CannotJoin } from "./cannot-join.ts";
import { type OneAnswer, oneRequest } from "../../host/node/http/one-request.ts";

export interface JoinRequest {
  /** `https://192.0.2.1:6443`. */
  readonly server: string;
  /** `ID.SECRET`. */
  readonly token: string;
  /** `sha256:…` of the authority's public key, as kubeadm writes it; undefined trusts the token alone. */
  readonly caHash: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Times of certificates are backdated by so much: clocks that differ more do not believe each other. */
const CLOCKS_MS = 5 * 60_000;
const INFO = `/api/v1/namespaces/${CLUSTER_INFO.namespace}/configmaps/${CLUSTER_INFO.name}`;

/**
 * Finds out by which authority the cluster is known. Whoever answers at the address is not believed before the token's secret
 * (which never leaves this machine) has signed what it says, nor if its authority is not the one that was meant.
 * @returns the authority's certificate in PEM.
 * @throws {CannotJoin}
 */
export async function discover(request: JoinRequest): Promise<string> {
  const token = parseToken(request.token);
  if (token === undefined) {
    throw new CannotJoin(
      "a token looks like abcdef.0123456789abcdef: make one with 'wherry token create' on the server",
    );
  }
  const answer = await ask(request, INFO, undefined);
  const authority = signedAuthority(request, token, infoOf(request, answer));
  checkHash(request, authority);
  checkClock(request, answer);
  const known = await ask(request, "/version", authority);
  checkVersion(request, known);
  return authority;
}

async function ask({ server, signal }: JoinRequest, path: string, authority: string | undefined): Promise<OneAnswer> {
  try {
    return await oneRequest({ server, method: "GET", path, authority, signal });
  } catch (error) {
    const { message } = error as Error;
    if ((error as NodeJS.ErrnoException).code === OTHER_NAME) {
      throw new CannotJoin(
        `the cluster has no certificate for ${server}: reach it by one of its own names (${message})`,
        {
          cause: error,
        },
      );
    }
    if (authority !== undefined && isDistrust(error)) {
      throw new CannotJoin(`whoever answers at ${server} is not the cluster that the token knows: ${message}`, {
        cause: error,
      });
    }
    throw new CannotJoin(`cannot reach ${server}: ${message}`, { cause: error });
  }
}

/** What TLS says of a certificate that is good, for other names. */
const OTHER_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/** Whether the server showed a certificate that its authority did not sign, or not for that address. */
export function isDistrust(error: unknown): boolean {
  return /CERT|SIGNATURE|ALTNAME/.test((error as NodeJS.ErrnoException).code ?? "");
}

type Info = Readonly<Record<string, string>>;

function infoOf({ server }: JoinRequest, { status, text }: OneAnswer): Info {
  if (status === 200) return (JSON.parse(text) as { data?: Info }).data ?? {};
  throw new CannotJoin(`${server} does not tell how to join it: it answered ${status} for ${INFO}`);
}

function signedAuthority({ server }: JoinRequest, token: BootstrapToken, info: Info): string {
  const { kubeconfig } = info;
  const signature = info[signatureKey(token.id)];
  if (kubeconfig === undefined || signature === undefined) {
    throw new CannotJoin(
      `${server} does not know the token ${token.id}: it is wrong, or its time is over; 'wherry token create' on the server makes another`,
    );
  }
  if (signature !== detachedSignature(kubeconfig, token)) {
    throw new CannotJoin(
      `the secret of token ${token.id} is not the one that ${server} has: it is wrong, or the server is`,
    );
  }
  const { clusters } = parse(kubeconfig) as {
    readonly clusters: readonly { readonly cluster: { readonly "certificate-authority-data": string } }[];
  };
  return Buffer.from(clusters[0]!.cluster["certificate-authority-data"], "base64").toString("utf8");
}

/** How an authority is told from another: the digest of its public key. @param certificate in PEM. */
export function authorityHash(certificate: string): string {
  const key = createPublicKey(certificate).export({ type: "spki", format: "der" });
  return `sha256:${createHash("sha256").update(key).digest("hex")}`;
}

function checkHash({ server, caHash }: JoinRequest, authority: string): void {
  if (caHash === undefined) return;
  const hash = authorityHash(authority);
  if (caHash.toLowerCase() === hash) return;
  throw new CannotJoin(`the authority of ${server} is ${hash}, not ${caHash}: it is not the cluster that you mean`);
}

function checkClock({ server, now }: JoinRequest, { atMs }: OneAnswer): void {
  const behindMs = atMs - now();
  if (Number.isNaN(atMs) || Math.abs(behindMs) <= CLOCKS_MS) return;
  const minutes = Math.round(Math.abs(behindMs) / 60_000);
  const side = behindMs > 0 ? "behind" : "ahead of";
  throw new CannotJoin(`this machine's clock is ${minutes} minutes ${side} that of ${server}: set it right first`);
}

function checkVersion({ server }: JoinRequest, { status, text }: OneAnswer): void {
  if (status !== 200) throw new CannotJoin(`${server} does not tell its version: it answered ${status}`);
  const { gitVersion = "" } = JSON.parse(text) as { readonly gitVersion?: string };
  if (versionsFit(gitVersion, KUBERNETES_VERSION)) return;
  throw new CannotJoin(
    `${server} runs Kubernetes ${gitVersion}, which does not go with a node of ${KUBERNETES_VERSION}`,
  );
}

/** Nodes may be three minor versions older than their server, and never newer. Both as `v1.36.0`. */
export function versionsFit(server: string, node: string): boolean {
  const [theirs, ours] = [minorOf(server), minorOf(node)];
  return theirs !== undefined && ours !== undefined && theirs >= ours && theirs <= ours + 3;
}

function minorOf(version: string): number | undefined {
  const match = /^v?1\.(\d+)\./.exec(version);
  return match === null ? undefined : Number(match[1]);
}
