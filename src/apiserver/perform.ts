import type { Kind } from "../api/kind.ts";
import { methodNotAllowed, notFoundError, unknownPath } from "../machinery/status.ts";
import { authorize } from "./auth/denial.ts";
import type { Attributes, Authorizer } from "./auth/user.ts";
import type { Operation, Outcome } from "./operation.ts";
import { createObject } from "./storage/create.ts";
import { resourceOf, type StorageContext } from "./storage/context.ts";
import { deleteCollection, deleteObject } from "./storage/delete.ts";
import { patchObject } from "./storage/patch.ts";
import { checkWriteOptions } from "./storage/options.ts";
import { getObject, listObjects } from "./storage/read.ts";
import { updateObject } from "./storage/update.ts";
import { watchObjects } from "./storage/watch.ts";

/** Performs calls on resources. The same for a socket and for the Client in the process. */
export type Perform = (operation: Operation) => Promise<Outcome>;

/** What a subresource does that is not simply another way to write the object. */
export type SubresourceHandler = (context: StorageContext, operation: Operation) => Promise<Outcome>;

export interface PerformParts {
  readonly context: StorageContext;
  /** By "plural.group/subresource", or "plural/subresource" in the core group; with * as the resource for any kind. */
  readonly subresources: ReadonlyMap<string, SubresourceHandler>;
  /** Kinds that are answered and never stored, by `plural.group`. */
  readonly answered: ReadonlyMap<string, SubresourceHandler>;
}

/** Performs calls that are allowed, of what is served. */
export function createPerform(parts: PerformParts): Perform {
  return async (operation) => performServed(parts, operation);
}

/** Performs what may be performed of all calls. */
export function admitting(authorizer: Authorizer, perform: Perform): Perform {
  return async (operation) => {
    authorize(authorizer, attributesOf(operation));
    checkServed(operation);
    return perform(operation);
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

function performServed(parts: PerformParts, operation: Operation): Promise<Outcome> {
  const { kind, subresource } = operation;
  checkWriteOptions(operation);
  const handler =
    subresource === undefined
      ? parts.answered.get(nameOf(kind))
      : (parts.subresources.get(`${nameOf(kind)}/${subresource}`) ?? parts.subresources.get(`*/${subresource}`));
  if (handler !== undefined) return handler(parts.context, operation);
  // Without a handler only those subresources are served that are another way to write the object itself.
  if (subresource !== undefined && !isWholeObject(operation)) throw unknownPath();
  return performVerb(parts.context, operation);
}

function isWholeObject({ kind, subresource }: Operation): boolean {
  return kind.subresources.find(({ name }) => name === subresource)?.kind === kind.kind;
}

/** @throws {StatusError} 404 for a subresource that the kind has not, 405 for what cannot be done with it. */
export function checkServed({ kind, subresource, verb, namespace, name }: Omit<Asked, "user">): void {
  if (subresource !== undefined) {
    const facts = kind.subresources.find((candidate) => candidate.name === subresource);
    if (facts === undefined && kind.custom !== undefined) throw notFoundError(resourceOf(kind), name ?? "");
    if (facts === undefined) throw unknownPath();
    if (!facts.verbs.includes(verb)) throw methodNotAllowed();
    return;
  }
  const everywhere = kind.namespaced && namespace === undefined && name === undefined;
  if (!kind.verbs.includes(verb) || (everywhere && (verb === "create" || verb === "deletecollection"))) {
    throw methodNotAllowed();
  }
  // Objects are made in a collection, and changed where they are.
  const isOfObjects = verb === "update" || verb === "patch";
  if ((verb === "create" && name !== undefined) || (isOfObjects && name === undefined)) throw methodNotAllowed();
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
