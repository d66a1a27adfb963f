import { type StatusReason, StatusError } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import { refusal } from "../refusal.ts";

/** Why a request is not let through, and by whom. */
export interface Denial {
  readonly policy: string;
  /** Undefined where the policy itself cannot be asked. */
  readonly binding: string | undefined;
  readonly message: string;
  readonly reason: StatusReason;
}

/** The refusal with the reason that the policy gives, and its code. */
export function denied(request: AdmissionRequest, { policy, binding, message, reason }: Denial): StatusError {
  const by = binding === undefined ? "" : ` with binding '${binding}'`;
  const told = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`;
  const { status } = refusal(request, told);
  const causes = [...(status.details?.causes ?? []), { message: told }];
  return new StatusError({ ...status, reason, code: CODES[reason] ?? 422, details: { ...status.details, causes } });
}

const CODES: Readonly<Partial<Record<StatusReason, number>>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};
