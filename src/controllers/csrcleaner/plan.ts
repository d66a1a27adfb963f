import type { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { parseTime } from "../../machinery/time.ts";

const HOUR_MS = 3_600_000;
/** How long requests stay that were answered, and that nobody has answered. */
const ANSWERED_MS = HOUR_MS;
const PENDING_MS = 24 * HOUR_MS;

/**
 * When a request is to be deleted, in milliseconds since the epoch; undefined for one that stays as it is.
 * @param notAfterMs the end of the issued certificate, where there is one.
 */
export function endOf(
  { metadata, status }: CertificateSigningRequest,
  notAfterMs: number | undefined,
): number | undefined {
  const issued = status.certificate !== undefined;
  const conditions = status.conditions ?? [];
  const ends = conditions.map(({ type, lastUpdateTime }) => {
    if (type === "Approved") {
      return Math.min(after(lastUpdateTime, issued ? ANSWERED_MS : PENDING_MS), notAfterMs ?? Infinity);
    }
    return type === "Denied" || type === "Failed" ? after(lastUpdateTime, ANSWERED_MS) : Infinity;
  });
  if (conditions.length === 0) ends.push(after(metadata.creationTimestamp, PENDING_MS));
  const end = Math.min(...ends);
  return Number.isFinite(end) ? end : undefined;
}

function after(time: string | null, ms: number): number {
  return time === null ? Infinity : parseTime(time) + ms;
}
