import { type AskAccess, CelAuthorizer } from "../../api/cel/authorizer.ts";
import { celOf } from "../../api/cel/value.ts";
import type { Json } from "../../machinery/json.ts";
import type { Authorizer } from "../auth/user.ts";
import { serviceAccountGroups, serviceAccountUser } from "../auth/service-account.ts";
import type { AdmissionRequest } from "./admission.ts";
import { requestOf } from "./webhooks/review.ts";

/** An object with members that are made when they are first read, and kept. */
export function lazily<T extends object>(members: { readonly [Name in keyof T]: () => T[Name] }): T {
  const result = {};
  for (const [name, make] of Object.entries<() => unknown>(members)) {
    Object.defineProperty(result, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make();
        Object.defineProperty(result, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return result as T;
}

/** What every expression of admission may speak of. */
export interface RequestVariables {
  readonly object: unknown;
  readonly oldObject: unknown;
  readonly request: unknown;
  readonly namespaceObject: unknown;
  readonly authorizer: CelAuthorizer;
}

/** @param namespaceObject shown to those who may see it */
export function requestVariables(
  request: AdmissionRequest,
  authorizer: Authorizer,
  namespaceObject: () => Json = () => null,
): RequestVariables {
  return lazily<RequestVariables>({
    object: () => celOf(request.object),
    oldObject: () => celOf(request.old as unknown as Json | undefined),
    request: () => celOf(requestOf(request) as Json),
    namespaceObject: () => celOf(namespaceObject()),
    authorizer: () => authorizerOf(request, authorizer),
  });
}

function authorizerOf(request: AdmissionRequest, authorizer: Authorizer): CelAuthorizer {
  const { kind, subresource, namespace, name, user } = request;
  const ask: AskAccess = ({ serviceAccount, verb, path, resource }) => {
    const who = serviceAccount === undefined ? user : accountOf(serviceAccount);
    // Whatever the version: rights are given to groups.
    if (resource !== undefined)
      return authorizer.authorize({ user: who, verb, resource: { ...resource, version: "*" } });
    return authorizer.authorize({ user: who, verb, path: path ?? "" });
  };
  return new CelAuthorizer(ask, { group: kind.group, plural: kind.plural, subresource, namespace, name });
}

function accountOf({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return { name: serviceAccountUser(namespace, name), uid: "", groups: serviceAccountGroups(namespace), extra: {} };
}
