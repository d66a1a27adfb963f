import { at, on, type RoleTable } from "./rule-text.ts";

/** What any client may do, and what add-ons get. */
export const clientRoles: RoleTable = {
  "system:auth-delegator": [
    on("create", "authentication.k8s.io", "tokenreviews"),
    on("create", "authorization.k8s.io", "subjectaccessreviews"),
  ],
  "system:basic-user": [
    on("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
    on("create", "authentication.k8s.io", "selfsubjectreviews"),
  ],
  "system:discovery": [
    at("get", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/"),
  ],
  "system:heapster": [
    on("get list watch", "core", "events namespaces nodes pods"),
    on("get list watch", "extensions", "deployments"),
  ],
  "system:kube-dns": [on("list watch", "core", "endpoints services")],
  "system:monitoring": [
    at("get", "/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz"),
    on("get", "core", "nodes/metrics"),
  ],
  "system:public-info-viewer": [at("get", "/healthz /livez /readyz /version /version/")],
  "system:service-account-issuer-discovery": [
    at("get", "/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/"),
  ],
};
