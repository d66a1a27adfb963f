/** Who makes a request, after authentication. */
export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What is asked, as an authorizer sees it. */
export interface Attributes {
  readonly user: User;
  readonly verb: string;
  /** For requests on resources. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly plural: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
  };
  /** For all other paths. */
  readonly path?: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Told to whoever asks by a SubjectAccessReview. */
  readonly reason: string;
}

/** Says yes or no; synchronous, from what it has in memory. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  /** The rules that a user has in a namespace, for SelfSubjectRulesReview; `incomplete` where not all can be told. */
  rulesFor(user: User, namespace: string): RuleList;
}

export interface RuleList {
  readonly resourceRules: readonly PolicyRule[];
  readonly nonResourceRules: readonly PolicyRule[];
  readonly incomplete: boolean;
  readonly evaluationError: string;
}

/** A rule of a Role or ClusterRole, with nothing absent. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}
