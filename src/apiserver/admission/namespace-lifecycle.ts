import type { Namespace } from "../../api/generated/core-v1.ts";
import { failure, forbiddenError, notFoundError } from "../../machinery/status.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

const IMMORTAL = new Set(["default", "kube-system", "kube-public"]);

/** Nothing is made in a namespace that is not there or that is going; three namespaces stay for ever. */
export function namespaceLifecycle(lookup: Lookup): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    admit(request) {
      const { kind, operation, namespace, name } = request;
      if (kind.group === "" && kind.kind === "Namespace") {
        if (operation === "DELETE" && IMMORTAL.has(name)) {
          throw forbiddenError({ group: "", name: "namespaces" }, name, "this namespace may not be deleted");
        }
        return;
      }
      if (namespace === "" || operation === "DELETE" || isAccessReview(request)) return;
      const present = lookup.get<Namespace>("core/namespaces", namespace);
      if (present === undefined) throw notFoundError({ group: "", name: "namespaces" }, namespace);
      if (operation === "CREATE" && present.status.phase === "Terminating") throw terminating(request);
    },
  };
}

function isAccessReview({ kind }: AdmissionRequest): boolean {
  return kind.group === "authorization.k8s.io" && kind.kind === "LocalSubjectAccessReview";
}

function terminating(request: AdmissionRequest): Error {
  const { namespace } = request;
  const plain = refusal(
    request,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return failure(403, "Forbidden", plain.message, { ...plain.status.details, causes: [cause] });
}
