import { serviceAccountGroups, serviceAccountUser } from "../apiserver/auth/service-account.ts";
import type { User } from "../apiserver/auth/user.ts";
import type { Controller } from "../reconciler/controller.ts";

/** Whoever holds the administrator's certificate. */
export const adminUser: User = user("kubernetes-admin", ["system:masters"]);

/** The API server itself. */
export const loopbackUser: User = user("system:apiserver", ["system:masters"]);

/** A component of the control plane: `system:kube-scheduler`. */
export function systemUser(component: string): User {
  return user(`system:${component}`, []);
}

/** A loop's own service account, to which Kubernetes' default policy gives what the loop needs. */
export function controllerUser(controller: Controller): User {
  // What the API server itself does elsewhere, it does here by a loop.
  if (controller.user === loopbackUser.name) return loopbackUser;
  if (controller.user !== undefined) return user(controller.user, []);
  return user(serviceAccountUser("kube-system", `${controller.name}-controller`), serviceAccountGroups("kube-system"));
}

function user(name: string, groups: readonly string[]): User {
  return { name, uid: "", groups: [...groups, "system:authenticated"], extra: {} };
}
