import type { Environment } from "@marcbachmann/cel-js";

/** What an expression asks: may somebody do that? */
export interface AccessQuestion {
  /** Instead of who makes the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  readonly verb: string;
  /** For what is no resource. */
  readonly path?: string;
  readonly resource?: AskedResource;
}

export interface AskedResource {
  readonly group: string;
  readonly plural: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Answers what an expression asks about access. */
export type AskAccess = (question: AccessQuestion) => { readonly allowed: boolean; readonly reason: string };

type Question = Omit<AccessQuestion, "verb">;

/** The variable `authorizer`: whom an expression can ask. */
export class CelAuthorizer {
  readonly ask: AskAccess;
  readonly serviceAccount: AccessQuestion["serviceAccount"];
  /** Asks about the resource of the request. */
  readonly requestResource: CelCheck;
  constructor(ask: AskAccess, requestResource: AskedResource, serviceAccount?: AccessQuestion["serviceAccount"]) {
    this.ask = ask;
    this.serviceAccount = serviceAccount;
    this.requestResource = new CelResourceCheck(this, { resource: requestResource });
  }
}

class CelCheck {
  readonly authorizer: CelAuthorizer;
  readonly question: Question;
  constructor(authorizer: CelAuthorizer, question: Question) {
    this.authorizer = authorizer;
    this.question = question;
  }
}

class CelPathCheck extends CelCheck {}
class CelGroupCheck extends CelCheck {}
class CelResourceCheck extends CelCheck {}

class CelDecision {
  readonly allowed: boolean;
  readonly reason: string;
  constructor({ allowed, reason }: { readonly allowed: boolean; readonly reason: string }) {
    this.allowed = allowed;
    this.reason = reason;
  }
}

export const AUTHORIZER = "kubernetes.authorization.Authorizer";
const PATH_CHECK = "kubernetes.authorization.PathCheck";
const GROUP_CHECK = "kubernetes.authorization.GroupCheck";
const RESOURCE_CHECK = "kubernetes.authorization.ResourceCheck";
const DECISION = "kubernetes.authorization.Decision";

/** The types of `authorizer`, and what can be asked of them. */
export function registerAuthorizer(environment: Environment): void {
  environment
    .registerType(PATH_CHECK, CelPathCheck)
    .registerType(GROUP_CHECK, CelGroupCheck)
    .registerType(RESOURCE_CHECK, CelResourceCheck)
    .registerType(DECISION, CelDecision)
    .registerType(AUTHORIZER, { ctor: CelAuthorizer, fields: { requestResource: RESOURCE_CHECK } })
    .registerFunction(`${AUTHORIZER}.path(string): ${PATH_CHECK}`, (authorizer: CelAuthorizer, path: string) => {
      return new CelPathCheck(authorizer, { path });
    })
    .registerFunction(`${AUTHORIZER}.group(string): ${GROUP_CHECK}`, (authorizer: CelAuthorizer, group: string) => {
      return new CelGroupCheck(authorizer, { resource: { ...NO_RESOURCE, group } });
    })
    .registerFunction(
      `${AUTHORIZER}.serviceAccount(string, string): ${AUTHORIZER}`,
      ({ ask, requestResource }: CelAuthorizer, namespace: string, name: string) =>
        new CelAuthorizer(ask, requestResource.question.resource!, { namespace, name }),
    )
    .registerFunction(`${GROUP_CHECK}.resource(string): ${RESOURCE_CHECK}`, narrowed("plural"))
    .registerFunction(`${RESOURCE_CHECK}.subresource(string): ${RESOURCE_CHECK}`, narrowed("subresource"))
    .registerFunction(`${RESOURCE_CHECK}.namespace(string): ${RESOURCE_CHECK}`, narrowed("namespace"))
    .registerFunction(`${RESOURCE_CHECK}.name(string): ${RESOURCE_CHECK}`, narrowed("name"))
    .registerFunction(`${RESOURCE_CHECK}.fieldSelector(string): ${RESOURCE_CHECK}`, narrowed("fieldSelector"))
    .registerFunction(`${RESOURCE_CHECK}.labelSelector(string): ${RESOURCE_CHECK}`, narrowed("labelSelector"))
    .registerFunction(`${PATH_CHECK}.check(string): ${DECISION}`, decide)
    .registerFunction(`${RESOURCE_CHECK}.check(string): ${DECISION}`, decide)
    .registerFunction(`${DECISION}.allowed(): bool`, ({ allowed }: CelDecision) => allowed)
    .registerFunction(`${DECISION}.reason(): string`, ({ reason }: CelDecision) => reason)
    // Who answers from memory never fails.
    .registerFunction(`${DECISION}.errored(): bool`, () => false)
    .registerFunction(`${DECISION}.error(): string`, () => "");
}

const NO_RESOURCE: AskedResource = { group: "", plural: "", subresource: "", namespace: "", name: "" };

function narrowed(part: keyof AskedResource) {
  return ({ authorizer, question }: CelCheck, value: string) =>
    new CelResourceCheck(authorizer, { resource: { ...question.resource!, [part]: value } });
}

function decide({ authorizer, question }: CelCheck, verb: string): CelDecision {
  const { serviceAccount } = authorizer;
  return new CelDecision(
    authorizer.ask({ ...question, verb, ...(serviceAccount === undefined ? {} : { serviceAccount }) }),
  );
}
