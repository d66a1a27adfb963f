import { parseJson } from "../../../machinery/exact-json.ts";
import { base64ToBytes } from "../../../machinery/base64.ts";
import type { CallOptions } from "../../../client/call.ts";
import type { Status } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";

const REVIEW_VERSIONS = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] as const;
type ReviewVersion = (typeof REVIEW_VERSIONS)[number];

/** What a webhook answered. */
export interface Verdict {
  readonly allowed: boolean;
  readonly result?: Partial<Status>;
  /** JSON Patch operations; none where the object stays as it is. */
  readonly patch?: unknown;
  readonly warnings: readonly string[];
}

/** The webhook's answer breaks the contract; the message says how, in Kubernetes' words. */
export class ReviewError extends Error {}

/** The version that a webhook understands, of those that are spoken here. @throws {ReviewError} */
export function reviewVersion(accepted: readonly string[]): ReviewVersion {
  for (const version of accepted) {
    const known = REVIEW_VERSIONS.find((one) => one === `admission.k8s.io/${version}`);
    if (known !== undefined) return known;
  }
  throw new ReviewError("webhook does not accept known AdmissionReview versions (v1, v1beta1)");
}

/** The question, as JSON. */
export function reviewOf(apiVersion: ReviewVersion, uid: string, request: AdmissionRequest): object {
  const { object = null, old = null } = request;
  return { kind: "AdmissionReview", apiVersion, request: { uid, ...requestOf(request), object, oldObject: old } };
}

/** What is asked, without the objects. */
export function requestOf(request: AdmissionRequest): object {
  const { kind, subresource, user } = request;
  const groupKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const resource = { group: kind.group, version: kind.version, resource: kind.plural };
  const sub = subresource === "" ? {} : { subResource: subresource, requestSubResource: subresource };
  return {
    kind: request.objectKind ?? groupKind,
    resource,
    ...sub,
    requestKind: request.objectKind ?? groupKind,
    requestResource: resource,
    ...(request.name === "" ? {} : { name: request.name }),
    ...(request.namespace === "" ? {} : { namespace: request.namespace }),
    operation: request.operation,
    userInfo: {
      username: user.name,
      ...(user.uid === "" ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(Object.keys(user.extra).length === 0 ? {} : { extra: user.extra }),
    },
    dryRun: request.dryRun,
    options: optionsOf(request),
  };
}

const OPTION_KINDS = { CREATE: "CreateOptions", UPDATE: "UpdateOptions", DELETE: "DeleteOptions" } as const;

function optionsOf({ operation, options }: AdmissionRequest): object | null {
  if (operation === "CONNECT") return null;
  const told = operation === "DELETE" ? DELETE_OPTIONS : WRITE_OPTIONS;
  const given = told.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  return { kind: OPTION_KINDS[operation], apiVersion: "meta.k8s.io/v1", ...Object.fromEntries(given) };
}

const WRITE_OPTIONS = ["dryRun", "fieldManager", "fieldValidation"] as const satisfies readonly (keyof CallOptions)[];
const DELETE_OPTIONS = [
  "gracePeriodSeconds",
  "preconditions",
  "orphanDependents",
  "propagationPolicy",
  "dryRun",
] as const satisfies readonly (keyof CallOptions)[];

interface ReviewAnswer {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly response?: {
    readonly uid?: string;
    readonly allowed?: boolean;
    readonly status?: Partial<Status>;
    readonly patch?: string;
    readonly patchType?: string;
    readonly warnings?: readonly string[];
  };
}

/** Reads the answer. @param mayPatch whether the webhook is one that changes objects @throws {ReviewError} */
export function verdictOf(answer: unknown, apiVersion: ReviewVersion, uid: string, mayPatch: boolean): Verdict {
  const { kind = "", apiVersion: given = "", response } = (answer ?? {}) as ReviewAnswer;
  if (response === undefined || response === null) throw new ReviewError("webhook response was absent");
  if (apiVersion === REVIEW_VERSIONS[0]) {
    if (response.uid !== uid)
      throw new ReviewError(`expected response.uid=${quoted(uid)}, got ${quoted(response.uid ?? "")}`);
    if (given !== apiVersion || kind !== "AdmissionReview") {
      throw new ReviewError(
        `expected webhook response of ${apiVersion}, Kind=AdmissionReview, got ${given}, Kind=${kind}`,
      );
    }
    checkPatch(response.patch ?? "", response.patchType, mayPatch);
  }
  const { allowed = false, status, warnings = [] } = response;
  const patch = mayPatch && (response.patch ?? "") !== "" ? patchOf(response.patch!) : undefined;
  return {
    allowed,
    warnings,
    ...(status === undefined ? {} : { result: status }),
    ...(patch === undefined ? {} : { patch }),
  };
}

function checkPatch(patch: string, patchType: string | undefined, mayPatch: boolean): void {
  if (!mayPatch) {
    if (patch !== "") throw new ReviewError("validating webhook may not return response.patch");
    if (patchType !== undefined) throw new ReviewError("validating webhook may not return response.patchType");
    return;
  }
  if (patch !== "" && patchType === undefined) {
    throw new ReviewError("webhook returned response.patch but not response.patchType");
  }
  if (patch === "" && patchType !== undefined) {
    throw new ReviewError("webhook returned response.patchType but not response.patch");
  }
  if (patchType === "") throw new ReviewError('webhook returned invalid response.patchType of ""');
  if (patchType !== undefined && patchType !== "JSONPatch") {
    throw new ReviewError(`unsupported patch type ${quoted(patchType)}`);
  }
}

function patchOf(base64: string): unknown {
  try {
    return parseJson(new TextDecoder().decode(base64ToBytes(base64)));
  } catch (error) {
    throw new ReviewError(`received undecodable patch in webhook response: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
