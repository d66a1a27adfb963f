import type { RequestedCertificate, SigningTerms } from "../../api/certificates/reader.ts";
import type { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { kubeletClientProblem, kubeletServingProblem } from "../../api/certificates/v1/kubelet-request.ts";
import {
  KUBE_APISERVER_CLIENT,
  KUBE_APISERVER_CLIENT_KUBELET,
  KUBELET_SERVING,
  LEGACY_UNKNOWN,
} from "../../api/certificates/v1/signer-name.ts";

const DAY_MS = 86_400_000;
const LONGEST_MS = 365 * DAY_MS;
const SHORTEST_MS = 10 * 60_000;
/** For clocks that are not quite together. */
const BACKDATED_MS = 5 * 60_000;
/** Shorter lives are not cut by what they are backdated. */
const SHORT_MS = 8 * 3_600_000;

/** What each of Kubernetes' own signers refuses, in its words. */
type Check = (request: RequestedCertificate, usages: readonly string[]) => string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  [KUBELET_SERVING]: kubeletServingProblem,
  [KUBE_APISERVER_CLIENT_KUBELET]: kubeletClientProblem,
  [KUBE_APISERVER_CLIENT]: (_, usages) => clientUsagesProblem(usages),
  [LEGACY_UNKNOWN]: () => undefined,
};

/** Whether a request is approved, waits for its certificate, and is for one of the signers that are built in. */
export function awaitsSigning({ spec, status }: CertificateSigningRequest): boolean {
  const conditions = status.conditions ?? [];
  const is = (type: string) => conditions.some((condition) => condition.type === type && condition.status === "True");
  return (
    CHECKS[spec.signerName] !== undefined &&
    status.certificate === undefined &&
    is("Approved") &&
    !is("Failed") &&
    !is("Denied")
  );
}

export type SigningPlan =
  | { readonly type: "sign"; readonly terms: SigningTerms }
  | { readonly type: "fail"; readonly message: string };

export function planSigning(
  { spec }: CertificateSigningRequest,
  requested: RequestedCertificate,
  nowMs: number,
): SigningPlan {
  const usages = spec.usages ?? [];
  const message = CHECKS[spec.signerName]!(requested, usages);
  if (message !== undefined) return { type: "fail", message };
  const lifeMs = lifeOf(spec.expirationSeconds);
  const endMs = nowMs + lifeMs - (lifeMs < SHORT_MS ? 0 : BACKDATED_MS);
  return { type: "sign", terms: { usages, notBeforeMs: nowMs - BACKDATED_MS, notAfterMs: endMs } };
}

function lifeOf(expirationSeconds: number | undefined): number {
  if (expirationSeconds === undefined) return LONGEST_MS;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, expirationSeconds * 1000));
}

function clientUsagesProblem(usages: readonly string[]): string | undefined {
  const foreign = usages.find((usage) => !["digital signature", "key encipherment", "client auth"].includes(usage));
  if (foreign !== undefined) return `invalid usage for client certificate: ${foreign}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}
