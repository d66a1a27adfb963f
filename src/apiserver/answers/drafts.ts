// What the scenarios send: paths, media types and small objects.

export const merge = { "content-type": "application/merge-patch+json" };
export const strategic = { "content-type": "application/strategic-merge-patch+json" };
export const jsonPatch = { "content-type": "application/json-patch+json" };
export const apply = { "content-type": "application/apply-patch+yaml" };

export const CONFIG = "/api/v1/namespaces/default/configmaps";
export const PODS = "/api/v1/namespaces/default/pods";
export const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

export const config = (name: string, data: Record<string, string> = { a: "1" }, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});
export const pod = (name: string, metadata: object = {}, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  spec: { containers: [{ name: "main", image: "web:1" }], ...spec },
});
export const deployment = (name: string, spec: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
    ...spec,
  },
});
