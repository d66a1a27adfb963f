import type { TaskGroup } from "../base/task-group.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Store } from "../store/contract.ts";
import { type ClusterRole, RBAC_GROUP, type Role, type RoleBinding, type RoleSource } from "./auth/rbac-objects.ts";

/** Roles and bindings as the store has them. */
export function roleSource(store: Store<KubeObject>, tasks: TaskGroup): RoleSource {
  let changes = 0;
  const prefix = `${RBAC_GROUP}/`;
  tasks.spawn(async (signal) => {
    // Only the count matters, so whatever ends one watch, the next begins at the present.
    while (!signal.aborted)
      for await (const batch of store.watch(prefix, store.revision, { signal })) changes += batch.length;
  });
  const all = <T>(path: string) => store.list(`${prefix}${path}`).entries.map((entry) => entry.value as T);
  return {
    get changes() {
      return changes;
    },
    role: (namespace, name) => store.get(`${prefix}roles/${namespace}/${name}`)?.value as Role | undefined,
    clusterRole: (name) => store.get(`${prefix}clusterroles/${name}`)?.value as ClusterRole | undefined,
    roleBindings: (namespace) => all<RoleBinding>(`rolebindings/${namespace}/`),
    clusterRoleBindings: () => all<RoleBinding>("clusterrolebindings/"),
  };
}
