import type { Issue, IssueType } from "./issue.ts";
import { issueText, quoted } from "./issue.ts";

/** `v1.Status`: what the API answers when it has no object to answer with. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly resourceVersion?: string; readonly remainingItemCount?: number };
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource, or the kind for `Invalid`. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason?: IssueType | string;
  readonly message?: string;
  readonly field?: string;
}

export type StatusReason =
  | ""
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Invalid"
  | "ServerTimeout"
  | "StoreReadError"
  | "Timeout"
  | "TooManyRequests"
  | "BadRequest"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "InternalError"
  | "Expired"
  | "ServiceUnavailable";

/** A refusal that crosses the API: thrown by the server, and thrown alike by both Clients. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status, options?: { cause?: unknown }) {
    super(status.message ?? status.reason ?? "unknown", options);
    this.name = "StatusError";
    this.status = status;
  }
  get code(): number {
    return this.status.code ?? 500;
  }
  get reason(): StatusReason {
    return this.status.reason ?? "";
  }
}

/** Tells whether an error is a refusal with one of these reasons. */
export function isStatus(error: unknown, ...reasons: readonly StatusReason[]): error is StatusError {
  return error instanceof StatusError && reasons.includes(error.reason);
}

/** A resource or a kind in its group, which Kubernetes writes `deployments.apps`. */
export interface GroupName {
  readonly group: string;
  readonly name: string;
}

export function qualified({ group, name }: GroupName): string {
  return group === "" ? name : `${name}.${group}`;
}

export function failure(
  code: number,
  reason: StatusReason,
  message: string,
  details?: StatusDetails,
  cause?: unknown,
): StatusError {
  const status: Status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  };
  return new StatusError(status, cause === undefined ? undefined : { cause });
}

/** A Status of success, as deletions answer it. @param code told in the body too where something was made. */
export function success(details?: StatusDetails, code?: 201): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    ...(details === undefined ? {} : { details }),
    ...(code === undefined ? {} : { code }),
  };
}

export function notFoundError(resource: GroupName, name: string): StatusError {
  return failure(404, "NotFound", `${qualified(resource)} ${quoted(name)} not found`, detailsOf(resource, name));
}

export function alreadyExistsError(resource: GroupName, name: string): StatusError {
  return failure(
    409,
    "AlreadyExists",
    `${qualified(resource)} ${quoted(name)} already exists`,
    detailsOf(resource, name),
  );
}

export function conflictError(resource: GroupName, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} ${quoted(name)}: ${why}`;
  return failure(409, "Conflict", message, detailsOf(resource, name));
}

export function forbiddenError(resource: GroupName, name: string, why: string): StatusError {
  let message = `forbidden: ${why}`;
  if (resource.name !== "") {
    message =
      name === ""
        ? `${qualified(resource)} is forbidden: ${why}`
        : `${qualified(resource)} ${quoted(name)} is forbidden: ${why}`;
  }
  return failure(403, "Forbidden", message, detailsOf(resource, name));
}

/** @param kind the kind, not the resource: `Deployment.apps "web" is invalid: …`. */
export function invalidError(kind: GroupName, name: string, issues: readonly Issue[]): StatusError {
  const texts = [...new Set(issues.map(issueText))];
  const all = texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  const message = `${qualified(kind)} ${quoted(name)} is invalid${issues.length === 0 ? "" : `: ${all}`}`;
  const causes = issues.map((issue) => ({ reason: issue.type, message: issue.body, field: issue.field }));
  return failure(422, "Invalid", message, { ...detailsOf(kind, name), causes });
}

export function badRequest(message: string): StatusError {
  return failure(400, "BadRequest", message);
}

export function unauthorized(): StatusError {
  return failure(401, "Unauthorized", "Unauthorized");
}

export function methodNotSupported(resource: GroupName, action: string): StatusError {
  const message = `${action} is not supported on resources of kind "${qualified(resource)}"`;
  return failure(405, "MethodNotAllowed", message, detailsOf(resource, ""));
}

/** For a method that a path does not know. */
export function methodNotAllowed(): StatusError {
  return failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** For a revision that the history no longer holds. */
export function expired(message: string): StatusError {
  return failure(410, "Expired", message);
}

export function tooLarge(message: string): StatusError {
  return failure(413, "RequestEntityTooLarge", `Request entity too large: ${message}`);
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return failure(415, "UnsupportedMediaType", message);
}

export function notAcceptable(accepted: readonly string[]): StatusError {
  return failure(406, "NotAcceptable", `only the following media types are accepted: ${accepted.join(", ")}`);
}

export function serviceUnavailable(message: string): StatusError {
  return failure(503, "ServiceUnavailable", message);
}

export function internalError(cause: unknown): StatusError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return failure(500, "InternalError", `Internal error occurred: ${text}`, { causes: [{ message: text }] }, cause);
}

/** For a path that nothing serves. */
export function unknownPath(): StatusError {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

function detailsOf({ group, name: kind }: GroupName, name: string): StatusDetails {
  return { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), ...(kind === "" ? {} : { kind }) };
}
