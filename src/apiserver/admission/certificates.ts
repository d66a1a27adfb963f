import type { CertificateReader } from "../../api/certificates/reader.ts";
import { KUBE_APISERVER_CLIENT } from "../../api/certificates/v1/signer-name.ts";
import type { CertificateSigningRequest } from "../../api/generated/certificates-v1.ts";
import { decodeBase64 } from "../../machinery/base64.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { MASTERS } from "../auth/groups.ts";
import type { Authorizer, User } from "../auth/user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import { refusal } from "./refusal.ts";

const GROUP = "certificates.k8s.io";

/** Approves only who may `approve` for the signer that the request names. */
export function certificateApproval(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateApproval",
    validate(request) {
      if (!concerns(request, "approval") || request.old === undefined) return;
      const { signerName } = (request.old as CertificateSigningRequest).spec;
      if (mayFor(authorizer, request.user, "approve", signerName)) return;
      throw refusal(request, `user not permitted to approve requests with signerName "${signerName}"`);
    },
  };
}

/** Writes certificates and conditions only who may `sign` for the signer that the request names. */
export function certificateSigning(authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "CertificateSigning",
    validate(request) {
      if (!concerns(request, "status") || request.old === undefined) return;
      const old = request.old as CertificateSigningRequest;
      const next = request.object as unknown as CertificateSigningRequest;
      if (sameStatus(next, old)) return;
      const { signerName } = old.spec;
      if (mayFor(authorizer, request.user, "sign", signerName)) return;
      throw refusal(request, `user not permitted to sign requests with signerName "${signerName}"`);
    },
  };
}

/** Nobody becomes a master of the cluster by a certificate that is signed on request. */
export function certificateSubjectRestriction(reader: CertificateReader | undefined): AdmissionPlugin {
  return {
    name: "CertificateSubjectRestriction",
    validate(request) {
      if (!concerns(request, "") || request.operation !== "CREATE" || reader === undefined) return;
      const { spec } = request.object as unknown as CertificateSigningRequest;
      if (spec.signerName !== KUBE_APISERVER_CLIENT) return;
      const { organizations } = reader.readRequest(decodeBase64(spec.request));
      if (!organizations.includes(MASTERS)) return;
      throw refusal(request, `use of ${KUBE_APISERVER_CLIENT} signer with ${MASTERS} group is not allowed`);
    },
  };
}

function concerns({ kind, subresource }: AdmissionRequest, wanted: string): boolean {
  return kind.group === GROUP && kind.kind === "CertificateSigningRequest" && subresource === wanted;
}

function sameStatus({ status: a }: CertificateSigningRequest, { status: b }: CertificateSigningRequest): boolean {
  return a.certificate === b.certificate && sameJson(a.conditions ?? [], b.conditions ?? []);
}

/** A right for all signers of a domain counts for each of them. */
function mayFor(authorizer: Authorizer, user: User, verb: string, signerName: string): boolean {
  const names = [signerName, `${signerName.split("/")[0]}/*`];
  return names.some((name) => {
    const resource = { group: GROUP, version: "*", plural: "signers", subresource: "", namespace: "", name };
    return authorizer.authorize({ user, verb, resource }).allowed;
  });
}
