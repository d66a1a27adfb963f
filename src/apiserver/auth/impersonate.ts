import { quoted } from "../../machinery/issue.ts";
import { badRequest, type StatusError } from "../../machinery/status.ts";
import type { ApiRequest } from "../http.ts";
import { denied } from "./denial.ts";
import { ALL_AUTHENTICATED, ALL_UNAUTHENTICATED, ANONYMOUS, MASTERS, NODE_NAME, NODES } from "./groups.ts";
import { nodeOf, serviceAccountGroups, serviceAccountOf } from "./service-account.ts";
import type { Attributes, Authorizer, User } from "./user.ts";

const EXTRA_PREFIX = "impersonate-extra-";
const AUTHENTICATION_GROUP = "authentication.k8s.io";
/** From so many groups or extras on, a permission for all of them is tried first. */
const MANY_CHECKS = 4;

/**
 * Who the maker of a request wants to be taken for, if allowed; undefined if the request does not ask for it. Kubernetes
 * tries the constrained modes first, each for its own sort of user and asking for the verb of the request too, and then
 * the old, unconstrained one.
 * @param attributes what the request asks for under its own user.
 * @throws StatusError 403 with the refusal of the first mode that was tried, 400 if no user is named.
 */
export function impersonatedUser(
  headers: ApiRequest["headers"],
  attributes: Attributes,
  authorizer: Authorizer,
): User | undefined {
  const wanted = wantedUser(headers);
  if (wanted === undefined) return undefined;
  let refusal: StatusError | undefined;
  for (const mode of MODES) {
    if (!mode.applies(wanted, attributes.user)) continue;
    const outcome = tryMode(mode, wanted, attributes, authorizer);
    if (!(outcome instanceof Error)) return outcome;
    refusal ??= outcome;
  }
  throw refusal!;
}

interface Mode {
  /** The part after `impersonate:`; empty for the unconstrained mode. */
  readonly name: string;
  applies(wanted: User, requestor: User): boolean;
}

const MODES: readonly Mode[] = [
  {
    name: "associated-node",
    applies: (wanted, requestor) => {
      const node = onlyNamed(wanted) ? nodeOf(wanted.name) : undefined;
      const own = requestor.extra[NODE_NAME];
      return (
        node !== undefined && serviceAccountOf(requestor.name) !== undefined && own?.length === 1 && own[0] === node
      );
    },
  },
  { name: "arbitrary-node", applies: (wanted) => onlyNamed(wanted) && nodeOf(wanted.name) !== undefined },
  { name: "serviceaccount", applies: (wanted) => onlyNamed(wanted) && serviceAccountOf(wanted.name) !== undefined },
  {
    name: "user-info",
    applies: (wanted) => nodeOf(wanted.name) === undefined && serviceAccountOf(wanted.name) === undefined,
  },
  { name: "", applies: () => true },
];

function tryMode(mode: Mode, wanted: User, attributes: Attributes, authorizer: Authorizer): User | StatusError {
  const constrained = mode.name !== "";
  // The association was checked above; what else is said of the requestor plays no part.
  const user =
    mode.name === "associated-node"
      ? {
          ...attributes.user,
          extra: { "authentication.kubernetes.io/associated-node-keys": Object.keys(attributes.user.extra).toSorted() },
        }
      : attributes.user;
  if (constrained) {
    const on = { ...attributes, user, verb: `impersonate-on:${mode.name}:${attributes.verb}` };
    const decision = authorizer.authorize(on);
    if (!decision.allowed) return denied(on, decision.reason);
  }
  const verb = constrained ? `impersonate:${mode.name}` : "impersonate";
  const ask = (group: string, plural: string, name: string, namespace = "", subresource = ""): Attributes => ({
    user,
    verb,
    resource: { group, version: "v1", plural, subresource, namespace, name },
  });
  for (const check of checks(mode, wanted, ask)) {
    if (check.refusal !== undefined) return denied(check.attributes, check.refusal);
    if (check.unless !== undefined && authorizer.authorize(check.unless).allowed) continue;
    for (const each of check.each ?? [check.attributes]) {
      const decision = authorizer.authorize(each);
      if (!decision.allowed) return denied(each, decision.reason);
    }
  }
  return { ...wanted, groups: groupsOf(wanted, constrained) };
}

interface Check {
  readonly attributes: Attributes;
  /** The check fails whatever the authorizer says. */
  readonly refusal?: string;
  /** If this is allowed, the rest need not be asked. */
  readonly unless?: Attributes;
  readonly each?: readonly Attributes[];
}

type Ask = (group: string, plural: string, name: string, namespace?: string, subresource?: string) => Attributes;

/** What must be allowed before somebody may be taken for `wanted`: one question each for name, uid, groups and extras. */
function* checks(mode: Mode, wanted: User, ask: Ask): Iterable<Check> {
  const constrained = mode.name !== "";
  const group = constrained ? AUTHENTICATION_GROUP : "";
  const account = serviceAccountOf(wanted.name);
  const node = constrained ? nodeOf(wanted.name) : undefined;
  if (account !== undefined) yield { attributes: ask(group, "serviceaccounts", account.name, account.namespace) };
  else if (node === undefined) yield { attributes: ask(group, "users", wanted.name) };
  else yield { attributes: ask(group, "nodes", mode.name === "associated-node" ? "*" : node) };
  if (wanted.uid !== "") yield { attributes: ask(AUTHENTICATION_GROUP, "uids", wanted.uid) };
  if (wanted.groups.length > 0) {
    if (constrained && wanted.groups.includes(MASTERS)) {
      yield {
        attributes: ask(group, "groups", MASTERS),
        refusal: "impersonating the system:masters group is not allowed",
      };
    }
    yield {
      attributes: ask(group, "groups", ""),
      each: wanted.groups.map((name) => ask(group, "groups", name)),
      ...(constrained && wanted.groups.length >= MANY_CHECKS ? { unless: ask(group, "groups", "*") } : {}),
    };
  }
  const extras = Object.entries(wanted.extra).flatMap(([key, values]) =>
    values.map((value) => ask(AUTHENTICATION_GROUP, "userextras", value, "", key)),
  );
  if (extras.length === 0) return;
  const attributes = ask(AUTHENTICATION_GROUP, "userextras", "");
  const refusal = constrained ? extraRefusal(wanted.extra) : undefined;
  if (refusal !== undefined) yield { attributes, refusal };
  yield {
    attributes,
    each: extras,
    ...(constrained && extras.length >= MANY_CHECKS
      ? { unless: ask(AUTHENTICATION_GROUP, "userextras", "*", "", "*") }
      : {}),
  };
}

function extraRefusal(extra: User["extra"]): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === "") return "impersonating the empty string key in extra is not allowed";
    if (!/^[^/]+\/.+$/.test(key)) {
      const problem = `extra.key: Invalid value: ${quoted(key)}: must be a domain-prefixed path (such as "acme.io/foo")`;
      return `impersonating an invalid key in extra is not allowed: ${problem}`;
    }
    if (values.includes("")) return "impersonating the empty string value in extra is not allowed";
  }
  return undefined;
}

function groupsOf(wanted: User, constrained: boolean): readonly string[] {
  const account = serviceAccountOf(wanted.name);
  let groups = wanted.groups;
  if (constrained && nodeOf(wanted.name) !== undefined) groups = [NODES];
  else if (account !== undefined && groups.length === 0) groups = serviceAccountGroups(account.namespace);
  if (wanted.name === ANONYMOUS) return withGroup(groups, ALL_UNAUTHENTICATED);
  return groups.includes(ALL_UNAUTHENTICATED) ? groups : withGroup(groups, ALL_AUTHENTICATED);
}

function withGroup(groups: readonly string[], group: string): readonly string[] {
  return groups.includes(group) ? groups : [...groups, group];
}

function onlyNamed({ uid, groups, extra }: User): boolean {
  return uid === "" && groups.length === 0 && Object.keys(extra).length === 0;
}

/** The user that the headers name; several values of one header are joined by ", ". */
function wantedUser(headers: ApiRequest["headers"]): User | undefined {
  const name = headers["impersonate-user"] ?? "";
  const uid = headers["impersonate-uid"] ?? "";
  const group = headers["impersonate-group"];
  const extra: Record<string, readonly string[]> = {};
  let asked = name !== "" || uid !== "" || group !== undefined;
  for (const header in headers) {
    if (!header.startsWith(EXTRA_PREFIX)) continue;
    asked = true;
    extra[decoded(header.slice(EXTRA_PREFIX.length))] = (headers[header] ?? "").split(", ");
  }
  if (!asked) return undefined;
  const groups = group === undefined ? [] : group.split(", ");
  const wanted: User = { name, uid, groups, extra };
  if (name === "") throw badRequest(`requested ${goText(wanted)} without impersonating a user name`);
  return wanted;
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** A user as Go prints the structure: what Kubernetes' message shows. */
function goText({ name, uid, groups, extra }: User): string {
  const list = (values: readonly string[]) => `[]string{${values.map(quoted).join(", ")}}`;
  const entries = Object.entries(extra).map(([key, values]) => `${quoted(key)}:${list(values)}`);
  const groupText = groups.length === 0 ? "[]string(nil)" : list(groups);
  const extraText = entries.length === 0 ? "map[string][]string(nil)" : `map[string][]string{${entries.join(", ")}}`;
  return `&user.DefaultInfo{Name:${quoted(name)}, UID:${quoted(uid)}, Groups:${groupText}, Extra:${extraText}}`;
}
