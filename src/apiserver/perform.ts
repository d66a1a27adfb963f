import type { Kind } from "../api/kind.ts";
import { methodNotSupported, notFoundError } from "../machinery/status.ts";
import { denied } from "./auth/denial.ts";
import type { Attributes, Authorizer } from "./auth/user.ts";
import type { Operation, Outcome } from "./operation.ts";
import { createObject } from "./storage/create.ts";
import { resourceOf, type StorageContext } from "./storage/context.ts";
import { deleteCollection, deleteObject } from "./storage/delete.ts";
import { patchObject } from "./storage/patch.ts";
import { getObject, listObjects } from "./storage/read.ts";
import { updateObject } from "./storage/update.ts";
import { watchObjects } from "./storage/watch.ts";

/** Performs calls on resources: may they, then the verb. The same for a socket and for the Client in the process. */
export type Perform = (operation: Operation) => Promise<Outcome>;

/** What a subresource does that is not simply another way to write the object. */
export type SubresourceHandler = (context: StorageContext, operation: Operation) => Promise<Outcome>;

export interface PerformParts {
  readonly context: StorageContext;
  readonly authorizer: Authorizer;
  /** By "plural.group/subresource", or "plural/subresource" in the core group; with * as the resource for any kind. */
  readonly subresources: ReadonlyMap<string, SubresourceHandler>;
  /** Kinds that are answered and never stored, by `plural.group`. */
  readonly answered: ReadonlyMap<string, SubresourceHandler>;
}

export function createPerform(parts: PerformParts): Perform {
  return async (operation) => {
    authorizeOperation(parts.authorizer, operation);
    return performAuthorized(parts, operation);
  };
}

/** What is asked, for the authorizer. */
export function attributesOf(operation: Asked): Attributes {
  const { kind, namespace = "", subresource = "", user, verb, options } = operation;
  const { labelSelector, fieldSelector } = options ?? {};
  const name = operation.name ?? namedBy(fieldSelector);
  const resource = {
    group: kind.group,
    version: kind.version,
    plural: kind.plural,
    subresource,
    namespace: kind.kind === "Namespace" && kind.group === "" ? name : namespace,
    name,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  return { user, verb, resource };
}

/** A list or watch of one object by its name asks for that object alone. */
function namedBy(fieldSelector: string | undefined): string {
  return /^metadata\.name==?([^,!=]+)$/.exec(fieldSelector ?? "")?.[1] ?? "";
}

type Asked = Pick<Operation, "kind" | "namespace" | "name" | "subresource" | "user" | "verb"> &
  Partial<Pick<Operation, "options">>;

/** @throws {StatusError} 403 in Kubernetes' words. */
export function authorizeOperation(authorizer: Authorizer, operation: Operation): void {
  const attributes = attributesOf(operation);
  const decision = authorizer.authorize(attributes);
  if (!decision.allowed) throw denied(attributes, decision.reason);
}

function performAuthorized(parts: PerformParts, operation: Operation): Promise<Outcome> {
  const { kind, subresource } = operation;
  if (subresource === undefined) {
    const answered = parts.answered.get(nameOf(kind));
    if (answered !== undefined) return answered(parts.context, operation);
    if (!kind.verbs.includes(operation.verb)) throw methodNotSupported(resourceOf(kind), operation.verb);
    return performVerb(parts.context, operation);
  }
  const facts = kind.subresources.find((candidate) => candidate.name === subresource);
  if (facts === undefined) throw notFoundError(resourceOf(kind), operation.name ?? "");
  const handler =
    parts.subresources.get(`${nameOf(kind)}/${subresource}`) ?? parts.subresources.get(`*/${subresource}`);
  if (handler !== undefined) return handler(parts.context, operation);
  if (!facts.verbs.includes(operation.verb)) throw methodNotSupported(resourceOf(kind), operation.verb);
  return performVerb(parts.context, operation);
}

function performVerb(context: StorageContext, operation: Operation): Promise<Outcome> {
  switch (operation.verb) {
    case "get":
      return getObject(context, operation);
    case "list":
      return listObjects(context, operation);
    case "watch":
      return watchObjects(context, operation);
    case "create":
      return createObject(context, operation);
    case "update":
      return updateObject(context, operation);
    case "patch":
      return patchObject(context, operation);
    case "delete":
      return deleteObject(context, operation);
    case "deletecollection":
      return deleteCollection(context, operation);
  }
}

function nameOf({ group, plural }: Kind): string {
  return group === "" ? plural : `${plural}.${group}`;
}
