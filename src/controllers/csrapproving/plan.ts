import type { RequestedCertificate } from "../../api/certificates/reader.ts";
import type { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { kubeletClientProblem } from "../../api/certificates/v1/kubelet-request.ts";
import { KUBE_APISERVER_CLIENT_KUBELET } from "../../api/certificates/v1/signer-name.ts";

/** A right by which a request is approved by itself, and the words of the approval. */
export interface Recognized {
  readonly subresource: "selfnodeclient" | "nodeclient";
  readonly message: string;
}

const OF_ITSELF: Recognized = {
  subresource: "selfnodeclient",
  message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
};
const OF_A_NODE: Recognized = {
  subresource: "nodeclient",
  message: "Auto approving kubelet client certificate after SubjectAccessReview.",
};

/** Whether anybody has decided about the request, or needs to no more. */
export function isDecided({ status }: CertificateSigningRequest): boolean {
  const decisions = (status.conditions ?? []).filter(({ type }) => type === "Approved" || type === "Denied");
  return status.certificate !== undefined || decisions.length > 0;
}

/** By which rights of who asks the request would be approved, in the order in which they are tried. */
export function recognize({ spec }: CertificateSigningRequest, requested: RequestedCertificate): readonly Recognized[] {
  if (spec.signerName !== KUBE_APISERVER_CLIENT_KUBELET) return [];
  if (kubeletClientProblem(requested, spec.usages ?? []) !== undefined) return [];
  return spec.username === requested.commonName ? [OF_ITSELF, OF_A_NODE] : [OF_A_NODE];
}
