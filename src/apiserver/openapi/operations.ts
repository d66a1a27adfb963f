import type { Kind, SubresourceFacts } from "../../api/kind.ts";
import type { ServedVersion } from "../discovery/groups.ts";

/** One operation of a path, apart from how a dialect writes it. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  readonly id: string;
  readonly description: string;
  readonly action: string;
  readonly subject: Subject;
  /** The query parameters, by name. */
  readonly query: readonly string[];
  /** The structure whose fields are query parameters too: what a command or a proxied request is told. */
  readonly options?: string;
  readonly body?: "object" | "patch" | "delete-options";
  readonly answer: "object" | "list" | "status" | "event" | "text";
  /** The codes of success. */
  readonly codes: readonly (200 | 201 | 202)[];
}

export type Method = "get" | "put" | "post" | "delete" | "options" | "head" | "patch";

/** What an operation is about: a kind, or the kind of a subresource's body. */
export interface Subject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The kind that is served here; its name stands in the descriptions. */
  readonly of: Kind;
}

const WRITE = ["dryRun", "fieldManager", "fieldValidation", "pretty"];
const DELETE = [
  "dryRun",
  "gracePeriodSeconds",
  "ignoreStoreReadErrorWithClusterBreakingPotential",
  "orphanDependents",
  "pretty",
  "propagationPolicy",
];
const SELECT = [
  "continue",
  "fieldSelector",
  "labelSelector",
  "limit",
  "resourceVersion",
  "resourceVersionMatch",
  "sendInitialEvents",
  "shardSelector",
  "timeoutSeconds",
];
const LIST = [...SELECT, "allowWatchBookmarks", "pretty", "watch"].toSorted();
const DELETE_MANY = [...SELECT, ...DELETE].toSorted();

/** Kinds whose deletion answers the object that was deleted; the others answer a Status. */
const ANSWERS_DELETED = new Set([
  ..."persistentvolumeclaims persistentvolumes pods podtemplates resourcequotas serviceaccounts services".split(" "),
  ..."csidrivers csinodes storageclasses volumeattachments volumeattributesclasses".split(" "),
  ..."deviceclasses devicetaintrules resourceclaims resourceclaimtemplates resourcepoolstatusrequests resourceslices".split(
    " ",
  ),
]);

const CONNECT_METHODS: readonly Method[] = ["delete", "get", "head", "options", "patch", "post", "put"];

/** Everything that can be asked of the kinds of one group and version. */
export function operationsOf(served: ServedVersion): readonly Operation[] {
  return served.kinds.flatMap((kind) => [
    ...kindOperations(kind),
    ...kind.subresources.flatMap((sub) => [...subOperations(kind, sub)]),
  ]);
}

/** `/api/v1`, `/apis/apps/v1`. */
export function rootOf({ group, version }: Pick<ServedVersion, "group" | "version">): string {
  return group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** `appsV1` with a capital: the middle of every operation's name. */
export function groupWord(group: string): string {
  const words = group === "" ? ["core"] : group.replace(/\.k8s\.io$/, "").split(".");
  return words.map(capital).join("");
}

/** `apps_v1`, `rbacAuthorization_v1`. */
export function tagOf({ group, version }: Pick<ServedVersion, "group" | "version">): string {
  const word = groupWord(group);
  return `${word[0]!.toLowerCase()}${word.slice(1)}_${version}`;
}

function* kindOperations(kind: Kind): Iterable<Operation> {
  const root = rootOf(kind);
  const many = `${root}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
  const subject: Subject = { group: kind.group, version: kind.version, kind: kind.kind, of: kind };
  const name = `${groupWord(kind.group)}${capital(kind.version)}`;
  const scope = kind.namespaced ? "Namespaced" : "";
  yield* collectionOperations(kind, many, { subject, name, scope });
  yield* objectOperations(kind, `${many}/{name}`, { subject, name, scope });
  if (kind.verbs.includes("watch")) yield* watchOperations(kind, subject, name, scope);
}

interface Naming {
  readonly subject: Subject;
  /** `AppsV1` */
  readonly name: string;
  readonly scope: "Namespaced" | "";
}

function* collectionOperations(kind: Kind, many: string, { subject, name, scope }: Naming): Iterable<Operation> {
  const has = (verb: string) => kind.verbs.includes(verb);
  const listing = has("watch") ? `list or watch objects of kind ${kind.kind}` : `list objects of kind ${kind.kind}`;
  const common = { subject, codes: [200] as const };
  if (has("list")) {
    const list = {
      ...common,
      method: "get",
      description: listing,
      action: "list",
      query: LIST,
      answer: "list",
    } as const;
    yield { ...list, path: many, id: `list${name}${scope}${kind.kind}` };
    if (kind.namespaced)
      yield { ...list, path: `${rootOf(kind)}/${kind.plural}`, id: `list${name}${kind.kind}ForAllNamespaces` };
  }
  if (has("create")) {
    yield {
      ...common,
      path: many,
      method: "post",
      id: `create${name}${scope}${kind.kind}`,
      description: `create ${withArticle(kind.kind)}`,
      action: "post",
      query: WRITE,
      body: "object",
      answer: "object",
      codes: [200, 201, 202],
    };
  }
  if (has("deletecollection")) {
    yield {
      ...common,
      path: many,
      method: "delete",
      id: `delete${name}Collection${scope}${kind.kind}`,
      description: `delete collection of ${kind.kind}`,
      action: "deletecollection",
      query: DELETE_MANY,
      body: "delete-options",
      answer: "status",
    };
  }
}

function* objectOperations(kind: Kind, one: string, { subject, name, scope }: Naming): Iterable<Operation> {
  const has = (verb: string) => kind.verbs.includes(verb);
  const common = { subject, codes: [200] as const };
  if (has("get")) {
    yield {
      ...common,
      path: one,
      method: "get",
      id: `read${name}${scope}${kind.kind}`,
      description: `read the specified ${kind.kind}`,
      action: "get",
      query: ["pretty"],
      answer: "object",
    };
  }
  if (has("update")) {
    yield {
      ...common,
      path: one,
      method: "put",
      id: `replace${name}${scope}${kind.kind}`,
      description: `replace the specified ${kind.kind}`,
      action: "put",
      query: WRITE,
      body: "object",
      answer: "object",
      codes: [200, 201],
    };
  }
  if (has("patch")) {
    yield {
      ...common,
      path: one,
      method: "patch",
      id: `patch${name}${scope}${kind.kind}`,
      description: `partially update the specified ${kind.kind}`,
      action: "patch",
      query: [...WRITE, "force"].toSorted(),
      body: "patch",
      answer: "object",
      codes: [200, 201],
    };
  }
  if (has("delete")) {
    yield {
      ...common,
      path: one,
      method: "delete",
      id: `delete${name}${scope}${kind.kind}`,
      description: `delete ${withArticle(kind.kind)}`,
      action: "delete",
      query: DELETE,
      body: "delete-options",
      answer: ANSWERS_DELETED.has(kind.plural) ? "object" : "status",
      codes: [200, 202],
    };
  }
}

/** The old paths for watching, which clients may still use. */
function* watchOperations(kind: Kind, subject: Subject, name: string, scope: string): Iterable<Operation> {
  const root = `${rootOf(kind)}/watch`;
  const many = `${root}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}`;
  const watch = { subject, method: "get", query: LIST, answer: "event", codes: [200] } as const;
  const lists = `watch individual changes to a list of ${kind.kind}. deprecated: use the 'watch' parameter with a list operation instead.`;
  const object = `watch changes to an object of kind ${kind.kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter.`;
  yield { ...watch, path: many, id: `watch${name}${scope}${kind.kind}List`, description: lists, action: "watchlist" };
  if (kind.namespaced) {
    yield {
      ...watch,
      path: `${root}/${kind.plural}`,
      id: `watch${name}${kind.kind}ListForAllNamespaces`,
      description: lists,
      action: "watchlist",
    };
  }
  if (kind.verbs.includes("get")) {
    yield {
      ...watch,
      path: `${many}/{name}`,
      id: `watch${name}${scope}${kind.kind}`,
      description: object,
      action: "watch",
    };
  }
}

function* subOperations(kind: Kind, sub: SubresourceFacts): Iterable<Operation> {
  const path = `${rootOf(kind)}${kind.namespaced ? "/namespaces/{namespace}" : ""}/${kind.plural}/{name}/${sub.name}`;
  const subject: Subject = { group: sub.group, version: sub.version, kind: sub.kind, of: kind };
  const name = `${groupWord(kind.group)}${capital(kind.version)}`;
  const noun = `${kind.namespaced ? "Namespaced" : ""}${kind.kind}${capital(sub.name)}`;
  if (sub.kind.endsWith("Options")) {
    yield* connectOperations(path, subject, name, noun, kind, sub);
    return;
  }
  const common = { path, subject, codes: [200] as const, answer: "object" as const };
  const has = (verb: string) => sub.verbs.includes(verb);
  if (has("get")) {
    const log = { answer: "text", options: "io.k8s.api.core.v1.PodLogOptions" } as const;
    yield {
      ...common,
      method: "get",
      id: `read${name}${noun}`,
      description: `read ${sub.name} of the specified ${kind.kind}`,
      action: "get",
      query: ["pretty"],
      ...(sub.name === "log" ? log : {}),
    };
  }
  if (has("update")) {
    yield {
      ...common,
      method: "put",
      id: `replace${name}${noun}`,
      description: `replace ${sub.name} of the specified ${kind.kind}`,
      action: "put",
      query: WRITE,
      body: "object",
      codes: [200, 201],
    };
  }
  if (has("patch")) {
    yield {
      ...common,
      method: "patch",
      id: `patch${name}${noun}`,
      description: `partially update ${sub.name} of the specified ${kind.kind}`,
      action: "patch",
      query: [...WRITE, "force"].toSorted(),
      body: "patch",
      codes: [200, 201],
    };
  }
  if (has("create")) {
    yield {
      ...common,
      method: "post",
      id: `create${name}${noun}`,
      description: `create ${sub.name} of ${withArticle(kind.kind)}`,
      action: "post",
      query: WRITE,
      body: "object",
      codes: [200, 201, 202],
    };
  }
}

function* connectOperations(
  path: string,
  subject: Subject,
  name: string,
  noun: string,
  kind: Kind,
  sub: SubresourceFacts,
): Iterable<Operation> {
  const isProxy = sub.name === "proxy";
  const methods: readonly Method[] = isProxy ? CONNECT_METHODS : ["get", "post"];
  const common = {
    subject,
    action: "connect",
    answer: "text",
    codes: [200],
    query: [],
    options: `io.k8s.api.core.v1.${sub.kind}`,
  } as const;
  for (const method of methods) {
    const id = `connect${name}${capital(method)}${noun}`;
    const description = `connect ${method.toUpperCase()} requests to ${sub.name} of ${kind.kind}`;
    yield { ...common, path, method, id, description };
    if (isProxy) yield { ...common, path: `${path}/{path}`, method, id: `${id}WithPath`, description };
  }
}

function capital(word: string): string {
  return `${word[0]!.toUpperCase()}${word.slice(1)}`;
}

/** With its article, unless it is a plural. */
function withArticle(noun: string): string {
  if (noun.endsWith("s") && !noun.endsWith("ss")) return noun;
  return `${"AEIOU".includes(noun[0]!) ? "an" : "a"} ${noun}`;
}
