import type { User } from "../apiserver/auth/user.ts";

/** Whoever holds the administrator's certificate. */
export const adminUser: User = {
  name: "kubernetes-admin",
  uid: "",
  groups: ["system:masters", "system:authenticated"],
  extra: {},
};

/** A component of the control plane in the server's process. */
export function componentUser(name: string): User {
  return { name: `system:${name}`, uid: "", groups: ["system:masters", "system:authenticated"], extra: {} };
}
