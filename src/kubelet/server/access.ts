import { TokenReview } from "../../api/authentication/v1/token-review.ts";
import { SubjectAccessReview } from "../../api/authorization/v1/subject-access-review.ts";
import { bearerToken } from "../../apiserver/auth/authenticate.ts";
import { certificateUser } from "../../apiserver/auth/certificate.ts";
import type { User } from "../../apiserver/auth/user.ts";
import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { sha256 } from "../../base/sha256.ts";
import type { Client } from "../../client/client.ts";
import type { Draft } from "../../machinery/object.ts";
import { requestedAccess } from "./attributes.ts";
import { Remembered } from "./remembered.ts";
import { plain } from "./responses.ts";

export interface AccessParts {
  readonly nodeName: string;
  /** Acts as the node: it may ask who a token is, and what somebody may do. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
}

/** For how long answers of the API server are good, and how many are kept, as Kubernetes has it. */
const TOKEN_MS = 120_000;
const ALLOWED_MS = 300_000;
const DENIED_MS = 30_000;
const MOST_ANSWERS = 8192;

type Verdict = { readonly user: User } | "nobody";

/**
 * Lets through to a node's own API whom the API server knows, and lets do what they may do with `nodes/…`: clients show a
 * certificate of the cluster or a bearer token. Nobody is let in anonymously.
 */
export function guardedKubelet(
  answer: (request: ApiRequest) => Promise<ApiResponse>,
  parts: AccessParts,
): (request: ApiRequest) => Promise<ApiResponse> {
  const users = new Remembered<Verdict>(parts.clock, MOST_ANSWERS);
  const rights = new Remembered<boolean>(parts.clock, MOST_ANSWERS);
  return async (request) => {
    const user = await authenticate(request, users, parts);
    if (user === undefined) return plain(401, "Unauthorized");
    const { verb, subresources } = requestedAccess(request.method, request.path);
    for (const subresource of subresources) {
      const asked = { user, verb, subresource };
      try {
        if (await mayDo(asked, rights, parts, request.signal)) return await answer(request);
      } catch (error) {
        parts.log.error("what somebody may do on this node could not be asked", { user: user.name, error });
        return plain(500, `Authorization error (${told(asked)}, subresource=${subresource})`);
      }
    }
    const [subresource = ""] = subresources;
    return plain(403, `Forbidden (${told({ user, verb, subresource })}, subresource(s)=[${subresources.join(" ")}])\n`);
  };
}

interface Asked {
  readonly user: User;
  readonly verb: string;
  readonly subresource: string;
}

function told({ user, verb }: Asked): string {
  return `user=${user.name}, verb=${verb}, resource=nodes`;
}

async function authenticate(
  { peer, headers, signal }: ApiRequest,
  known: Remembered<Verdict>,
  { client, log }: AccessParts,
): Promise<User | undefined> {
  if (peer.certificate !== undefined && peer.certificate.commonName !== "") return certificateUser(peer.certificate);
  const token = bearerToken(headers);
  if (token === undefined) return undefined;
  // Tokens are not kept, only what tells one from another.
  const key = sha256(encoder.encode(token)).join();
  let verdict = known.get(key);
  if (verdict === undefined) {
    try {
      const { status } = await client.create(TokenReview, { spec: { token } } as Draft<TokenReview>, { signal });
      verdict = status.authenticated === true ? { user: userOf(status.user ?? {}) } : "nobody";
    } catch (error) {
      log.error("who shows a token to this node could not be asked", { error });
      return undefined;
    }
    known.set(key, verdict, TOKEN_MS);
  }
  return verdict === "nobody" ? undefined : verdict.user;
}

const encoder = new TextEncoder();

function userOf({
  username = "",
  uid = "",
  groups = [],
  extra = {},
}: NonNullable<TokenReview["status"]["user"]>): User {
  return { name: username, uid, groups, extra };
}

async function mayDo(
  { user, verb, subresource }: Asked,
  known: Remembered<boolean>,
  { client, nodeName }: AccessParts,
  signal: AbortSignal,
): Promise<boolean> {
  const key = JSON.stringify([user, verb, subresource]);
  const answer = known.get(key);
  if (answer !== undefined) return answer;
  const { name, uid, groups, extra } = user;
  const resourceAttributes = { verb, version: "v1", resource: "nodes", subresource, name: nodeName };
  const spec = { user: name, uid, groups, extra, resourceAttributes };
  const { status } = await client.create(SubjectAccessReview, { spec } as unknown as Draft<SubjectAccessReview>, {
    signal,
  });
  known.set(key, status.allowed, status.allowed ? ALLOWED_MS : DENIED_MS);
  return status.allowed;
}
