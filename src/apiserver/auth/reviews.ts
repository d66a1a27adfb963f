import { invalid, type Issue, required } from "../../machinery/issue.ts";
import { parseFieldSelector } from "../../machinery/fields.ts";
import type { JsonObject } from "../../machinery/json.ts";
import { parseSelector } from "../../machinery/labels.ts";
import { formatTime } from "../../machinery/time.ts";
import { badRequest, invalidError } from "../../machinery/status.ts";
import type { Authenticator } from "./authenticate.ts";
import type { Attributes, Authorizer, PolicyRule, User } from "./user.ts";

// The kinds that ask who somebody is and what they may do. Each takes the decoded object and gives it back with a status.

interface Review {
  readonly metadata?: JsonObject;
  readonly spec?: ReviewSpec;
}

interface ReviewSpec {
  readonly user?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly resourceAttributes?: ResourceAttributes | null;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string } | null;
}

interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly labelSelector?: SelectorAttributes;
  readonly fieldSelector?: SelectorAttributes;
}

interface SelectorAttributes {
  readonly rawSelector?: string;
  readonly requirements?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
}

const AUTHORIZATION_GROUP = "authorization.k8s.io";

/** TokenReview: whose token is it? @throws StatusError 400 without a token. */
export function reviewToken(object: JsonObject, authenticator: Authenticator, nowMs: number): JsonObject {
  const { token = "", audiences = [] } = (object["spec"] ?? {}) as { token?: string; audiences?: readonly string[] };
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const verdict = authenticator.reviewToken(
    token,
    audiences.length === 0 ? authenticator.apiAudiences : audiences,
    nowMs,
  );
  switch (verdict.type) {
    case "user":
      return withStatus(object, { authenticated: true, user: userInfo(verdict.user), audiences: verdict.audiences });
    case "invalid":
      return withStatus(object, { user: {}, error: `[invalid bearer token, ${verdict.error}]` });
    case "unknown":
      return withStatus(object, { user: {}, error: "invalid bearer token" });
  }
}

/** SubjectAccessReview: may somebody do something? @throws StatusError 422 */
export function reviewSubjectAccess(object: JsonObject, authorizer: Authorizer): JsonObject {
  const review = object as Review;
  refuse([
    ...specIssues(review.spec),
    ...subjectIssues(review.spec),
    ...selectorIssues(review.spec),
    ...metadataIssues(review),
  ]);
  return withStatus(object, accessStatus(review.spec!, subjectOf(review.spec!), authorizer));
}

/** SelfSubjectAccessReview: may I? @throws StatusError 422 */
export function reviewSelfAccess(object: JsonObject, user: User, authorizer: Authorizer): JsonObject {
  const review = object as Review;
  refuse([...specIssues(review.spec), ...selectorIssues(review.spec), ...metadataIssues(review)]);
  return withStatus(object, accessStatus(review.spec!, user, authorizer));
}

/** LocalSubjectAccessReview: may somebody, in this namespace? @throws StatusError 400 or 422 */
export function reviewLocalAccess(object: JsonObject, namespace: string, authorizer: Authorizer): JsonObject {
  const review = object as Review;
  const { spec } = review;
  const issues = [
    ...specIssues(spec),
    ...subjectIssues(spec),
    ...selectorIssues(spec),
    ...metadataIssues(review, "namespace"),
  ];
  const own = (review.metadata?.["namespace"] as string | undefined) ?? namespace;
  const asked = spec?.resourceAttributes?.namespace ?? "";
  if (isGiven(spec?.resourceAttributes) && asked !== own) {
    issues.push(invalid("spec.resourceAttributes.namespace", asked, "must match metadata.namespace"));
  }
  if (isGiven(spec?.nonResourceAttributes)) {
    issues.push(
      invalid("spec.nonResourceAttributes", internal(spec.nonResourceAttributes), "disallowed on this kind of request"),
    );
  }
  refuse(issues);
  if (own !== namespace) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  return withStatus(object, accessStatus(spec!, subjectOf(spec!), authorizer));
}

/** SelfSubjectRulesReview: what may I do in a namespace? @throws StatusError 400 without a namespace. */
export function reviewSelfRules(object: JsonObject, user: User, authorizer: Authorizer): JsonObject {
  const { namespace = "" } = (object["spec"] ?? {}) as { namespace?: string };
  if (namespace === "") throw badRequest("no namespace on request");
  const { resourceRules, nonResourceRules, incomplete, evaluationError } = authorizer.rulesFor(user, namespace);
  return {
    kind: "SelfSubjectRulesReview",
    apiVersion: `${AUTHORIZATION_GROUP}/v1`,
    metadata: {},
    spec: {},
    status: {
      resourceRules: resourceRules.map(resourceRule),
      nonResourceRules: nonResourceRules.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
      incomplete,
      ...(evaluationError === "" ? {} : { evaluationError }),
    },
  };
}

/** SelfSubjectReview: who am I? */
export function reviewSelf(object: JsonObject, user: User, nowMs: number): JsonObject {
  return {
    kind: "SelfSubjectReview",
    apiVersion: object["apiVersion"] ?? "authentication.k8s.io/v1",
    metadata: { creationTimestamp: formatTime(nowMs) },
    status: { userInfo: userInfo(user) },
  };
}

/** A user as the API shows it: what is empty is left out. */
export function userInfo({ name, uid, groups, extra }: User): JsonObject {
  return {
    username: name,
    ...(uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(Object.keys(extra).length === 0 ? {} : { extra: sortedNames(extra) }),
  };
}

function sortedNames<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function accessStatus(spec: ReviewSpec, user: User, authorizer: Authorizer): JsonObject {
  const decision = authorizer.authorize(attributesOf(spec, user));
  const errors = selectorErrors(spec.resourceAttributes ?? undefined);
  return {
    allowed: decision.allowed,
    ...(decision.reason === "" ? {} : { reason: decision.reason }),
    ...(errors.length === 0 ? {} : { evaluationError: errors.join("; ") }),
  };
}

function subjectOf({ user = "", uid = "", groups = [], extra = {} }: ReviewSpec): User {
  return { name: user, uid, groups, extra };
}

function attributesOf({ resourceAttributes: asked, nonResourceAttributes }: ReviewSpec, user: User): Attributes {
  if (!isGiven(asked)) {
    return { user, verb: nonResourceAttributes?.verb ?? "", path: nonResourceAttributes?.path ?? "" };
  }
  const {
    namespace = "",
    verb = "",
    group = "",
    version = "*",
    resource: plural = "",
    subresource = "",
    name = "",
  } = asked;
  const resource = { group, version, plural, subresource, namespace, name };
  const labelSelector = selectorText(asked.labelSelector, labelRequirement);
  const fieldSelector = selectorText(asked.fieldSelector, fieldRequirement);
  return {
    user,
    verb,
    resource: {
      ...resource,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    },
  };
}

type Requirement = NonNullable<SelectorAttributes["requirements"]>[number];

function selectorText(
  selector: SelectorAttributes | undefined,
  textOf: (requirement: Requirement) => string | undefined,
): string | undefined {
  if (selector?.rawSelector !== undefined && selector.rawSelector !== "") return selector.rawSelector;
  const texts = selector?.requirements?.map(textOf).filter((text) => text !== undefined) ?? [];
  return texts.length === 0 ? undefined : texts.join(",");
}

function labelRequirement({ key = "", operator, values = [] }: Requirement): string | undefined {
  switch (operator) {
    case "In":
      return `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return undefined;
  }
}

function fieldRequirement({ key = "", operator, values = [] }: Requirement): string | undefined {
  if (values.length !== 1 || (operator !== "In" && operator !== "NotIn")) return undefined;
  return `${key}${operator === "In" ? "=" : "!="}${values[0]}`;
}

/** What of the selectors could not be read. A request is judged as if such a part were not there, which is stricter. */
function selectorErrors(asked: ResourceAttributes | undefined): readonly string[] {
  const errors: string[] = [];
  const check = (
    name: string,
    selector: SelectorAttributes | undefined,
    parse: (text: string) => unknown,
    textOf: (requirement: Requirement) => string | undefined,
  ) => {
    if (selector === undefined) return;
    const read = (selector.requirements ?? []).filter((each) => textOf(each) !== undefined).length;
    const unread = (selector.requirements?.length ?? 0) - read;
    if (unread > 0)
      errors.push(`spec.resourceAttributes.${name} ${read > 0 ? "partially " : ""}ignored due to parse error`);
    else if (!parses(selectorText(selector, textOf) ?? "", parse)) {
      errors.push(`spec.resourceAttributes.${name} ignored due to parse error`);
    }
  };
  check("fieldSelector", asked?.fieldSelector, parseFieldSelector, fieldRequirement);
  check("labelSelector", asked?.labelSelector, parseSelector, labelRequirement);
  return errors;
}

function parses(text: string, parse: (text: string) => unknown): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A pointer's null is as good as nothing. */
function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function* specIssues(spec: ReviewSpec = {}): Iterable<Issue> {
  const { resourceAttributes: asked, nonResourceAttributes: path } = spec;
  if (isGiven(asked) && isGiven(path)) {
    yield invalid(
      "spec.nonResourceAttributes",
      internal(path),
      "cannot be specified in combination with resourceAttributes",
    );
  }
  if (!isGiven(asked) && !isGiven(path)) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    yield invalid("spec.resourceAttributes", null, detail);
  }
}

function* subjectIssues({ user = "", groups = [] }: ReviewSpec = {}): Iterable<Issue> {
  if (user === "" && groups.length === 0)
    yield invalid("spec.user", user, "at least one of user or group must be specified");
}

function* selectorIssues({ resourceAttributes: asked }: ReviewSpec = {}): Iterable<Issue> {
  for (const name of ["fieldSelector", "labelSelector"] as const) {
    const selector = asked?.[name];
    if (selector === undefined) continue;
    const field = `spec.resourceAttributes.${name}`;
    const { rawSelector = "", requirements = [] } = selector;
    if (rawSelector !== "" && requirements.length > 0) {
      yield invalid(`${field}.rawSelector`, rawSelector, "may not specified at the same time as requirements");
    }
    if (rawSelector === "" && requirements.length === 0) {
      yield required(`${field}.requirements`, `when ${field} is specified, requirements or rawSelector is required`);
    }
    for (const [index, { operator, values = [] }] of requirements.entries()) {
      if ((operator === "In" || operator === "NotIn") && values.length === 0) {
        yield required(
          `${field}.requirements[${index}].values`,
          "must be specified when `operator` is 'In' or 'NotIn'",
        );
      }
    }
  }
}

function* metadataIssues({ metadata = {} }: Review, besides?: string): Iterable<Issue> {
  const set = Object.keys(metadata).filter((name) => name !== "managedFields" && name !== besides);
  if (set.length === 0) return;
  yield invalid("metadata", metadata, besides === undefined ? "must be empty" : `must be empty except for ${besides}`);
}

/** Kubernetes shows these attributes under the names of its own structures. */
function internal({ path = "", verb = "" }: { readonly path?: string; readonly verb?: string }): unknown {
  return { Path: path, Verb: verb };
}

function refuse(issues: readonly Issue[]): void {
  // The kind is missing from Kubernetes' message too: it is cleared before this check.
  if (issues.length > 0) throw invalidError({ group: AUTHORIZATION_GROUP, name: "" }, "", issues);
}

function withStatus(object: JsonObject, status: JsonObject): JsonObject {
  return { ...object, status };
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): JsonObject {
  return {
    verbs,
    ...(apiGroups.length === 0 ? {} : { apiGroups }),
    ...(resources.length === 0 ? {} : { resources }),
    ...(resourceNames.length === 0 ? {} : { resourceNames }),
  };
}
