import { jsonProblem } from "../../machinery/json-problem.ts";
import { badRequest, expired, failure } from "../../machinery/status.ts";

/** Where a list goes on: after this key, in the state of this revision; -1 means the newest state. */
export interface ContinueToken {
  readonly revision: number;
  readonly after: string;
}

/** The form of Kubernetes' own tokens: URL-safe base64 of a small JSON object. Clients treat it as opaque. */
export function encodeContinue({ revision, after }: ContinueToken): string {
  return btoa(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: after }))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** @throws {StatusError} 400 for a token that is not one of ours. */
export function decodeContinue(text: string): ContinueToken {
  const inner = decodeBase64(text);
  let decoded: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    decoded = JSON.parse(inner) as typeof decoded;
  } catch {
    throw badToken(`continue key is not valid: ${jsonProblem(inner)}`);
  }
  if (decoded.v !== "meta.k8s.io/v1")
    throw badToken(
      `continue key is not valid: server does not recognize this encoded version ${String(decoded.v ?? "")}`,
    );
  if (typeof decoded.rv !== "number" || decoded.rv === 0)
    throw badToken("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (typeof decoded.start !== "string" || decoded.start === "")
    throw badToken("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)");
  return { revision: decoded.rv, after: decoded.start };
}

/** One character a byte: tokens are ASCII. */
function decodeBase64(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw badToken("continue key is not valid: illegal base64 data");
  }
}

const badToken = (why: string) => badRequest(`invalid continue token: ${why}`);

/** The 410 for a token whose revision is gone. It carries a token with which the list can go on inconsistently. */
export function expiredContinue(token: ContinueToken): Error {
  const refusal = expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  const next = encodeContinue({ revision: -1, after: token.after });
  const { code, reason, message } = refusal.status;
  const error = failure(code!, reason!, message!);
  return Object.assign(error, { status: { ...error.status, metadata: { continue: next } } });
}
