import type { KubeObject } from "../../machinery/object.ts";
import { checkBindingWrite, checkRoleWrite } from "../auth/escalation.ts";
import type { Rbac } from "../auth/rbac.ts";
import { type ClusterRole, RBAC_GROUP, type RoleBinding } from "../auth/rbac-objects.ts";
import type { Authorizer } from "../auth/user.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";

/** Nobody gives by a role or a binding what they do not have themselves. */
export function rbacEscalation(rbac: Rbac, authorizer: Authorizer): AdmissionPlugin {
  const write = <T extends KubeObject>({ user, namespace, object, old }: AdmissionRequest) => ({
    user,
    rbac,
    authorizer,
    namespace,
    object: object as unknown as T,
    ...(old === undefined ? {} : { old: old as T }),
  });
  return {
    name: "RBACEscalation",
    validate(request) {
      if (request.kind.group !== RBAC_GROUP || request.object === undefined) return;
      if (request.kind.kind.endsWith("RoleBinding")) checkBindingWrite(write<RoleBinding>(request));
      else checkRoleWrite(write<ClusterRole>(request));
    },
  };
}
