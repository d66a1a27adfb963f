import type { CertificateSigner } from "../../api/certificates/reader.ts";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { decodeBase64, encodeBase64 } from "../../machinery/base64.ts";
import { formatTime } from "../../machinery/time.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";
import { awaitsSigning, planSigning } from "./plan.ts";

/** Signs what is approved, for the signers that Kubernetes has built in, with the cluster's authority. */
export function csrSigning(signer: CertificateSigner): Controller {
  return defineController({
    name: "csrsigning",
    user: "system:serviceaccount:kube-system:certificate-controller",
    reconciles: CertificateSigningRequest,
    async reconcile(key, { cache, client, clock, because, signal }) {
      const request = cache.get(CertificateSigningRequest, key);
      if (request === undefined || !awaitsSigning(request)) return settled;
      const pem = decodeBase64(request.spec.request);
      const plan = planSigning(request, signer.readRequest(pem), clock.now());
      const write = (status: CertificateSigningRequest["status"]) =>
        client.setStatus(CertificateSigningRequest, request, status, { signal });
      if (plan.type === "fail") {
        because("its signer does not sign such a request");
        const failure = { type: "Failed", status: "True", reason: "SignerValidationFailure", message: plan.message };
        const times = { lastUpdateTime: formatTime(clock.now()), lastTransitionTime: null };
        await write({
          ...request.status,
          conditions: [...(request.status.conditions ?? []), { ...failure, ...times }],
        });
        return settled;
      }
      because("the request is approved");
      await write({ ...request.status, certificate: encodeBase64(signer.sign(pem, plan.terms)) });
      return settled;
    },
  }) as unknown as Controller;
}
