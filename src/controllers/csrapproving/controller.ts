import { SubjectAccessReview } from "../../api/authorization/v1/subject-access-review.ts";
import type { CertificateReader } from "../../api/certificates/reader.ts";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { decodeBase64 } from "../../machinery/base64.ts";
import type { Draft } from "../../machinery/object.ts";
import { type Controller, defineController, type ReconcileContext, settled } from "../../reconciler/controller.ts";
import { approve } from "./approve.ts";
import { isDecided, recognize } from "./plan.ts";

/**
 * Approves kubelets' requests for their client certificates, where the rights of who asks say so: a node that joins, or
 * one that renews its own. All other requests are for people to decide.
 */
export function csrApproving(reader: CertificateReader): Controller {
  return defineController({
    name: "csrapproving",
    user: "system:serviceaccount:kube-system:certificate-controller",
    reconciles: CertificateSigningRequest,
    async reconcile(key, context) {
      const { cache, because } = context;
      const request = cache.get(CertificateSigningRequest, key);
      if (request === undefined || isDecided(request)) return settled;
      for (const { subresource, message } of recognize(
        request,
        reader.readRequest(decodeBase64(request.spec.request)),
      )) {
        if (!(await mayCreate(request, subresource, context))) continue;
        because("who asks may have the certificate of a node");
        await approve(request, message, context);
        return settled;
      }
      return settled;
    },
  }) as unknown as Controller;
}

async function mayCreate(
  { spec }: CertificateSigningRequest,
  subresource: string,
  { client, signal }: ReconcileContext,
): Promise<boolean> {
  const { username = "", uid, groups, extra } = spec;
  const resource = { group: "certificates.k8s.io", version: "*", resource: "certificatesigningrequests" };
  const asked = {
    spec: {
      user: username,
      uid,
      groups,
      extra,
      resourceAttributes: { ...resource, verb: "create", subresource },
    },
  };
  const { status } = await client.create(SubjectAccessReview, asked as Draft<SubjectAccessReview>, { signal });
  return status.allowed;
}
