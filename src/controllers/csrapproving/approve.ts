import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import type { Draft } from "../../machinery/object.ts";
import type { ReconcileContext } from "../../reconciler/controller.ts";

/** Approves a request as whoever runs the loop. @param message why */
export async function approve(
  request: CertificateSigningRequest,
  message: string,
  { client, signal }: Pick<ReconcileContext, "client" | "signal">,
): Promise<void> {
  const approval = { type: "Approved", status: "True", reason: "AutoApproved", message };
  const conditions = [...(request.status.conditions ?? []), approval];
  const approved = { ...request, status: { ...request.status, conditions } };
  await client.update(CertificateSigningRequest, approved as Draft<CertificateSigningRequest>, {
    subresource: "approval",
    signal,
  });
}
