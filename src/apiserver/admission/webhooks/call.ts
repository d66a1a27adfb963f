import type {
  MutatingWebhook,
  ValidatingWebhook,
  WebhookClientConfig,
} from "../../../api/generated/admissionregistration-v1.ts";
import { base64ToBytes } from "../../../machinery/base64.ts";
import { badRequest, internalError, type Status, StatusError } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import { ReviewError, reviewOf, reviewVersion, type Verdict, verdictOf } from "./review.ts";

/** Where a webhook is asked. */
export interface WebhookTarget {
  /** As messages name it. */
  readonly url: string;
  /** Set for a service of the cluster, whose pods are found by its name. */
  readonly service?: { readonly namespace: string; readonly name: string; readonly port: number };
  /** PEM texts of the authorities that may have signed its certificate; the system's own when absent. */
  readonly authorities?: string;
}

/**
 * Posts JSON to a webhook and gives the answer's JSON.
 * Throws an error with the reason in Kubernetes' words: what is not reached, not trusted, too late, or no success.
 */
export interface WebhookCaller {
  post(target: WebhookTarget, body: object, options: WebhookCallOptions): Promise<unknown>;
}

export interface WebhookCallOptions {
  readonly timeoutMs: number;
}

/** The webhook could not be asked, or answered nonsense: what comes of it, its failure policy says. */
class CallFailed extends Error {
  constructor(name: string, reason: string, options?: ErrorOptions) {
    super(`failed calling webhook ${JSON.stringify(name)}: ${reason}`, options);
  }
}

/**
 * Asks one webhook about a write.
 * @throws {CallFailed}
 * @throws {StatusError} where it refuses the write, or may not be asked on a dry run
 */
export async function callWebhook(
  webhook: MutatingWebhook | ValidatingWebhook,
  request: AdmissionRequest,
  { caller, uid }: { readonly caller: WebhookCaller; readonly uid: () => string },
): Promise<Verdict> {
  const { name, sideEffects, timeoutSeconds } = webhook;
  if (request.dryRun && sideEffects !== "None" && sideEffects !== "NoneOnDryRun") {
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  }
  const id = uid();
  let verdict: Verdict;
  try {
    const version = reviewVersion(webhook.admissionReviewVersions);
    const body = reviewOf(version, id, request);
    const answer = await caller.post(targetOf(webhook.clientConfig, timeoutSeconds), body, {
      timeoutMs: timeoutSeconds * 1000,
    });
    verdict = verdictOf(answer, version, id, "reinvocationPolicy" in webhook);
  } catch (error) {
    const what = error instanceof ReviewError ? "received invalid webhook response" : "failed to call webhook";
    throw new CallFailed(name, `${what}: ${(error as Error).message}`, { cause: error });
  }
  for (const warning of verdict.warnings) request.warn(warning);
  if (!verdict.allowed) throw denial(name, verdict.result ?? {});
  return verdict;
}

/** What a failed call means: nothing where the webhook's failures are ignored. @throws {StatusError} 500 */
export function judgeFailure({ failurePolicy }: MutatingWebhook | ValidatingWebhook, error: unknown): void {
  if (!(error instanceof CallFailed)) throw error;
  if (failurePolicy !== "Ignore") throw internalError(error);
}

const HTTPS_PORT = 443;

/** Where the webhook is asked, as its client is configured. */
export function targetOf({ url, service, caBundle }: WebhookClientConfig, timeoutSeconds: number): WebhookTarget {
  const trust = caBundle === undefined ? {} : { authorities: new TextDecoder().decode(base64ToBytes(caBundle)) };
  const timeout = `timeout=${timeoutSeconds}s`;
  if (service === undefined) return { url: `${url}${url!.includes("?") ? "&" : "?"}${timeout}`, ...trust };
  const { namespace, name, path = "", port = HTTPS_PORT } = service;
  const slash = path.startsWith("/") || path === "" ? "" : "/";
  return {
    url: `https://${name}.${namespace}.svc:${port}${slash}${path}?${timeout}`,
    service: { namespace, name, port },
    ...trust,
  };
}

const BAD_REQUEST = 400;

/** The webhook's own status, which is never a success, with its name before the message. */
function denial(name: string, given: Partial<Status>): StatusError {
  const by = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { message = "", reason = "", code = 0 } = given;
  const why = message === "" ? reason : message;
  const status: Status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    ...given,
    status: "Failure",
    message: why === "" ? `${by} without explanation` : `${by}: ${why}`,
    code: Math.max(code, BAD_REQUEST),
  };
  return new StatusError(status);
}
