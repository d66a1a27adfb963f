/** Where things are, and what is sent there. All that is made here is small JSON, as people and controllers send it. */
export const PODS = "/api/v1/namespaces/default/pods";
export const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
export const NODES = "/api/v1/nodes";

/**
 * A pod of 1.2 kB. It tolerates what nodes are tainted with while no kubelet tells of them.
 * @param scheduler who decides where it goes
 */
export function podDraft(name: string, scheduler: string): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "web", "pod-template-hash": "5d4f8c7b9d" } },
    spec: {
      serviceAccountName: "default",
      schedulerName: scheduler,
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "main",
          image: "registry.example.com/team/web:1.2.3",
          ports: [{ name: "http", containerPort: 8080 }],
          env: [{ name: "MODE", value: "production" }],
          resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "128Mi" } },
          readinessProbe: { httpGet: { path: "/ready", port: "http" }, periodSeconds: 5 },
        },
      ],
    },
  };
}

/** About 1 kB. */
export function configMapDraft(name: string, group = "none"): unknown {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, labels: { group } },
    data: { text: "x".repeat(960) },
  };
}

/** A node that is Ready and has room for many pods. kwok takes those with its annotation for its own. */
export function nodeDraft(name: string): unknown {
  const capacity = { cpu: "32", memory: "256Gi", pods: "110" };
  const at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", type: "kwok" },
      annotations: { "kwok.x-k8s.io/node": "fake" },
    },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "KubeletReady",
          message: "it is imagined",
          lastHeartbeatTime: at,
          lastTransitionTime: at,
        },
      ],
    },
  };
}
