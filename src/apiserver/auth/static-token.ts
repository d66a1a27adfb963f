import { ALL_AUTHENTICATED } from "./groups.ts";
import type { TokenAuthenticator } from "./token.ts";
import type { User } from "./user.ts";

/** A token known from the start, such as those of the cluster's own components in one process. */
export interface StaticToken {
  readonly token: string;
  readonly name: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
}

/** Knows a fixed set of tokens, as Kubernetes' token file does. They are good for the API's audiences only. */
export function staticTokens(tokens: readonly StaticToken[], apiAudiences: readonly string[]): TokenAuthenticator {
  const users = new Map<string, User>();
  for (const { token, name, uid = "", groups = [] } of tokens) {
    users.set(token, { name, uid, groups: [...groups, ALL_AUTHENTICATED], extra: {} });
  }
  return (token, audiences) => {
    const user = users.get(token);
    if (user === undefined) return { type: "unknown" };
    const common = audiences.filter((audience) => apiAudiences.includes(audience));
    return common.length === 0 ? { type: "unknown" } : { type: "user", user, audiences: common };
  };
}
