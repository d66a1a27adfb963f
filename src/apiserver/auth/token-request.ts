import { uuid, type Random } from "../../base/random.ts";
import { invalid } from "../../machinery/issue.ts";
import type { JsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { badRequest, conflictError, invalidError, notFoundError } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { checkNameParameter } from "../name-parameter.ts";
import type { TokenClaims, TokenSigner } from "../tokens.ts";
import { serviceAccountUser } from "./service-account.ts";
import type { BoundObjects, BoundResource } from "./service-account-token.ts";

export interface TokenIssuing {
  readonly signer: TokenSigner;
  readonly objects: BoundObjects;
  readonly issuer: string;
  readonly apiAudiences: readonly string[];
  readonly random: Random;
  /** Longer requests are shortened to this, with a warning; undefined for no bound. */
  readonly maximumSeconds?: number;
}

/** A POST to `serviceaccounts/<name>/token`. */
export interface TokenCall {
  readonly namespace: string;
  readonly name: string;
  /** The decoded TokenRequest. */
  readonly request: JsonObject;
  readonly nowMs: number;
  readonly warn: (text: string) => void;
}

interface TokenSpec {
  readonly audiences?: readonly string[] | null;
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: ObjectRef | null;
}

interface ObjectRef {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface BoundPod extends KubeObject {
  readonly spec: { readonly serviceAccountName?: string; readonly nodeName?: string };
}

const GROUP = "authentication.k8s.io";
const KIND = { group: GROUP, name: "TokenRequest" };
const DEFAULT_SECONDS = 3600;
const MINIMUM_SECONDS = 600;
/** What kubelets ask for by default: such a pod's token lives on for a year, and its use after the hour can be told. */
const EXTENDED_REQUEST_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

/**
 * Makes a token for a ServiceAccount, bound to a pod, secret or node where the request names one.
 * @returns the TokenRequest with its status.
 * @throws StatusError 400, 404, 409 or 422 in Kubernetes' words.
 */
export function issueToken(call: TokenCall, issuing: TokenIssuing): JsonObject {
  const { namespace, name, request, nowMs } = call;
  const metadata = (request["metadata"] ?? {}) as { name?: string; namespace?: string; uid?: string };
  const spec = (request["spec"] ?? {}) as TokenSpec;
  checkNames(call, metadata);
  const account = found(issuing.objects, "serviceaccounts", namespace, name);
  const { uid } = account.metadata;
  if (metadata.uid !== undefined && metadata.uid !== "" && metadata.uid !== uid) {
    const why = `the UID in the token request (${metadata.uid}) does not match the UID of the service account (${uid})`;
    throw conflictError(KIND, name, why);
  }
  const asked = spec.audiences ?? [];
  const audiences = asked.length === 0 ? issuing.apiAudiences : asked;
  const wanted = spec.expirationSeconds ?? DEFAULT_SECONDS;
  checkSeconds(wanted);
  const bound = bind(spec.boundObjectRef ?? undefined, call, issuing.objects);
  const seconds = boundedSeconds(wanted, call, issuing.maximumSeconds);
  const ownAudiences = audiences.every((audience) => issuing.apiAudiences.includes(audience));
  const extended = bound.pod !== undefined && seconds === EXTENDED_REQUEST_SECONDS && ownAudiences;
  const now = Math.floor(nowMs / 1000);
  const claims: TokenClaims = {
    aud: audiences,
    exp: now + (extended ? EXTENDED_SECONDS : seconds),
    iat: now,
    iss: issuing.issuer,
    jti: uuid(issuing.random),
    "kubernetes.io": {
      namespace,
      ...bound,
      serviceaccount: { name, uid },
      ...(extended ? { warnafter: now + seconds } : {}),
    },
    nbf: now,
    sub: serviceAccountUser(namespace, name),
  };
  return {
    ...request,
    kind: "TokenRequest",
    apiVersion: `${GROUP}/v1`,
    metadata: { ...metadata, name, namespace, uid, creationTimestamp: formatTime(nowMs) },
    spec: {
      audiences,
      expirationSeconds: seconds,
      boundObjectRef: (spec.boundObjectRef as JsonObject | undefined) ?? null,
    },
    status: { token: issuing.signer.sign(claims), expirationTimestamp: formatTime((now + seconds) * 1000) },
  };
}

function checkNames(
  { namespace, name }: TokenCall,
  metadata: { readonly name?: string; readonly namespace?: string },
): void {
  const check = (field: "name" | "namespace", wanted: string) => {
    const given = metadata[field] ?? "";
    if (given === "" || given === wanted) return;
    throw invalidError(KIND, name, [
      invalid(`metadata.${field}`, given, `must match the service account ${field} if specified`),
    ]);
  };
  check("name", name);
  check("namespace", namespace);
}

function checkSeconds(seconds: number): void {
  const field = "spec.expirationSeconds";
  if (seconds < MINIMUM_SECONDS) {
    throw invalidError(KIND, "", [invalid(field, seconds, "may not specify a duration less than 10 minutes")]);
  }
  if (seconds > 2 ** 32) {
    throw invalidError(KIND, "", [invalid(field, seconds, "may not specify a duration larger than 2^32 seconds")]);
  }
}

function boundedSeconds(seconds: number, { warn }: TokenCall, maximum: number | undefined): number {
  if (maximum === undefined || seconds <= maximum) return seconds;
  warn(`requested expiration of ${seconds} seconds shortened to ${maximum} seconds`);
  return maximum;
}

type Bound = Pick<NonNullable<TokenClaims["kubernetes.io"]>, "pod" | "node" | "secret">;

function bind(ref: ObjectRef | undefined, { namespace, name }: TokenCall, objects: BoundObjects): Bound {
  if (ref === undefined) return {};
  const { kind = "", apiVersion = "", name: refName = "" } = ref;
  const parts = apiVersion.split("/");
  // What is no version says nothing.
  const [version = "", group = ""] = parts.length > 2 ? [] : parts.toReversed();
  if (group !== "" || (kind !== "Pod" && kind !== "Node" && kind !== "Secret")) {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  if (kind === "Secret") return { secret: identity(found(objects, "secrets", namespace, refName), ref) };
  if (kind === "Node") return { node: identity(found(objects, "nodes", "", refName), ref) };
  const pod = found(objects, "pods", namespace, refName) as BoundPod;
  if (pod.spec.serviceAccountName !== name) {
    throw badRequest(
      `cannot bind token for serviceaccount "${name}" to pod running with different serviceaccount name.`,
    );
  }
  const { nodeName } = pod.spec;
  if (nodeName === undefined || nodeName === "") return { pod: identity(pod, ref) };
  const node = objects.get("nodes", "", nodeName);
  return {
    node: { name: nodeName, ...(node === undefined ? {} : { uid: node.metadata.uid }) },
    pod: identity(pod, ref),
  };
}

function identity({ metadata }: KubeObject, ref: ObjectRef): { readonly name: string; readonly uid: string } {
  const { name, uid } = metadata;
  if (ref.uid === undefined || ref.uid === "" || ref.uid === uid) return { name, uid };
  const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  throw conflictError({ group: "", name: ref.kind ?? "" }, name, why);
}

function found(objects: BoundObjects, resource: BoundResource, namespace: string, name: string): KubeObject {
  checkNameParameter(name);
  const object = objects.get(resource, namespace, name);
  if (object === undefined) throw notFoundError({ group: "", name: resource }, name);
  return object;
}
