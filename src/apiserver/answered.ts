import type { JsonObject } from "../machinery/json.ts";
import type { Authenticator } from "./auth/authenticate.ts";
import {
  reviewLocalAccess,
  reviewSelf,
  reviewSelfAccess,
  reviewSelfRules,
  reviewSubjectAccess,
  reviewToken,
} from "./auth/reviews.ts";
import { issueToken, type TokenIssuing } from "./auth/token-request.ts";
import type { Authorizer } from "./auth/user.ts";
import { objectOutcome, type Operation } from "./operation.ts";
import type { SubresourceHandler } from "./perform.ts";
import { TOKEN_REQUEST } from "./storage/part-kinds.ts";
import { admitQuestion, decodeQuestion } from "./storage/question.ts";

export interface AnsweringParts {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly now: () => number;
}

/** The kinds that are questions: created, answered, and never stored. */
export function answeredKinds({
  authenticator,
  authorizer,
  now,
}: AnsweringParts): ReadonlyMap<string, SubresourceHandler> {
  const answers: Readonly<Record<string, (body: JsonObject, operation: Operation) => JsonObject>> = {
    "tokenreviews.authentication.k8s.io": (body) => reviewToken(body, authenticator, now()),
    "selfsubjectreviews.authentication.k8s.io": (body, { user }) => reviewSelf(body, user, now()),
    "subjectaccessreviews.authorization.k8s.io": (body) => reviewSubjectAccess(body, authorizer),
    "selfsubjectaccessreviews.authorization.k8s.io": (body, { user }) => reviewSelfAccess(body, user, authorizer),
    "selfsubjectrulesreviews.authorization.k8s.io": (body, { user }) => reviewSelfRules(body, user, authorizer),
    "localsubjectaccessreviews.authorization.k8s.io": (body, { namespace = "" }) =>
      reviewLocalAccess(body, namespace, authorizer),
  };
  return new Map(Object.entries(answers).map(([name, answer]) => [name, answering(answer)]));
}

function answering(answer: (body: JsonObject, operation: Operation) => JsonObject): SubresourceHandler {
  return async (context, operation) => {
    const { kind } = operation;
    const body = decodeQuestion(context, operation, kind) as JsonObject;
    return objectOutcome(kind, answer(body, operation), 201);
  };
}

/** `serviceaccounts/token`: a token for an account, as long as what it is bound to lives. */
export function tokenSubresource(issuing: TokenIssuing, now: () => number): SubresourceHandler {
  return async (context, operation) => {
    const { namespace = "", name = "" } = operation;
    const warn = (text: string) => operation.warn(text);
    const body = await admitQuestion(context, operation, TOKEN_REQUEST);
    const request = issueToken({ namespace, name, request: body as JsonObject, nowMs: now(), warn }, issuing);
    return objectOutcome(TOKEN_REQUEST, request, 201);
  };
}
