import { withoutTimeOwners } from "../cluster-steps.ts";
import { defineCase, type Json } from "../define-case.ts";

// Who manages the fields of what control planes write by themselves: the API server's own loops, and the controller manager's.

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const RBAC = "/apis/rbac.authorization.k8s.io/v1";

const managers = ({ metadata: { managedFields = [] } }: Json) => ({
  managedFields: managedFields.map(({ time: _, ...entry }: Json) => entry),
});
const hasCondition = (type: string) => (body: Json) =>
  body.status?.conditions?.some((condition: Json) => condition.type === type);

export default defineCase("field-managers", "cluster", [
  {
    ask: `POST ${CRDS}`,
    body: {
      metadata: { name: "things.{ns}.example.com" },
      spec: {
        group: "{ns}.example.com",
        scope: "Namespaced",
        names: { plural: "things", kind: "Thing" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    },
    see: () => "created",
  },
  { ask: `GET ${CRDS}/things.{ns}.example.com`, until: hasCondition("Established"), see: managers },
  {
    ask: "POST /apis/apiregistration.k8s.io/v1/apiservices",
    body: {
      metadata: { name: "v1.other.{ns}.example.com" },
      spec: {
        group: "other.{ns}.example.com",
        version: "v1",
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { name: "none", namespace: "{ns}" },
      },
    },
    see: () => "created",
  },
  {
    ask: "GET /apis/apiregistration.k8s.io/v1/apiservices/v1.other.{ns}.example.com",
    until: hasCondition("Available"),
    see: managers,
  },
  // As long as nobody answers for it, no namespace can go.
  { ask: "DELETE /apis/apiregistration.k8s.io/v1/apiservices/v1.other.{ns}.example.com", see: ({ kind }) => kind },
  {
    ask: "GET /apis/networking.k8s.io/v1/servicecidrs/kubernetes",
    until: (body: Json) => body.metadata.managedFields.length === 4,
    see: (body: Json) => ({ ...withoutTimeOwners(managers(body)), status: body.status }),
  },
  ...[
    "/api/v1/namespaces/default",
    "/api/v1/namespaces/kube-system",
    "/api/v1/namespaces/default/services/kubernetes",
    "/api/v1/namespaces/default/endpoints/kubernetes",
    "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes",
    "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.1",
    "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical",
    "/api/v1/namespaces/{ns}/configmaps/kube-root-ca.crt",
    `${RBAC}/clusterroles/cluster-admin`,
    `${RBAC}/clusterrolebindings/system:node-proxier`,
    `${RBAC}/namespaces/kube-system/roles/system:controller:token-cleaner`,
    `${RBAC}/namespaces/kube-system/rolebindings/system:controller:token-cleaner`,
  ].map((path) => ({
    ask: `GET ${path}`,
    until: (body: Json) => body.metadata?.managedFields !== undefined,
    see: managers,
  })),
]);
