import type { Authorizer, Decision, RuleList } from "./user.ts";

/** Allows what any of the authorizers allows, asked in order; the reasons of all that did not are told together. */
export function anyAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    authorize(attributes): Decision {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = authorizer.authorize(attributes);
        if (decision.allowed) return decision;
        if (decision.reason !== "") reasons.push(decision.reason);
      }
      return { allowed: false, reason: reasons.join("\n") };
    },
    rulesFor(user, namespace): RuleList {
      const lists = authorizers.map((authorizer) => authorizer.rulesFor(user, namespace));
      const errors = lists.map(({ evaluationError }) => evaluationError).filter((error) => error !== "");
      return {
        resourceRules: lists.flatMap(({ resourceRules }) => resourceRules),
        nonResourceRules: lists.flatMap(({ nonResourceRules }) => nonResourceRules),
        incomplete: lists.some(({ incomplete }) => incomplete),
        evaluationError: errors.length > 1 ? `[${errors.join(", ")}]` : (errors[0] ?? ""),
      };
    },
  };
}
