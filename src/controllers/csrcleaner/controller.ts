import type { CertificateReader } from "../../api/certificates/reader.ts";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { decodeBase64 } from "../../machinery/base64.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";
import { endOf } from "./plan.ts";

/** Deletes requests that were answered an hour ago, or that nobody answered within a day. */
export function csrCleaner(reader: CertificateReader): Controller {
  return defineController({
    name: "csrcleaner",
    user: "system:serviceaccount:kube-system:certificate-controller",
    reconciles: CertificateSigningRequest,
    async reconcile(key, { cache, client, clock, because, signal }) {
      const request = cache.get(CertificateSigningRequest, key);
      if (request === undefined || request.metadata.deletionTimestamp !== undefined) return settled;
      const endMs = endOf(request, certificateEnd(request, reader));
      if (endMs === undefined) return settled;
      const leftMs = endMs - clock.now();
      // Kubernetes deletes what is older than its time, not what is just as old.
      if (leftMs >= 0) return { recheckAfterMs: leftMs + 1 };
      because("nobody needs the request any more");
      const { uid } = request.metadata;
      await client.delete(CertificateSigningRequest, request.metadata, { uid, signal }).catch((error: unknown) => {
        if (!isStatus(error, "NotFound", "Conflict")) throw error;
      });
      return settled;
    },
  }) as unknown as Controller;
}

function certificateEnd({ status }: CertificateSigningRequest, reader: CertificateReader): number | undefined {
  if (status.certificate === undefined) return undefined;
  try {
    return reader.readCertificates(decodeBase64(status.certificate))[0]?.notAfterMs;
  } catch {
    // Whoever signed it may have written what we cannot read.
    return undefined;
  }
}
