import { join } from "node:path";

/** Where everything of one cluster lies: one directory, readable by its owner alone. */
export interface Places {
  readonly root: string;
  readonly store: string;
  readonly pki: string;
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** What runs, for `wherry status` and `wherry down`. */
  readonly running: string;
  readonly logs: string;
  readonly nodes: string;
  node(name: string): NodePlaces;
}

export interface NodePlaces {
  readonly root: string;
  readonly containerd: string;
  readonly kubelet: string;
  readonly podLogs: string;
  readonly credentials: string;
  /** Files of static pods. */
  readonly manifests: string;
}

export function placesOf(dataDirectory: string): Places {
  const nodes = join(dataDirectory, "nodes");
  return {
    root: dataDirectory,
    store: join(dataDirectory, "store"),
    pki: join(dataDirectory, "pki"),
    kubeconfig: join(dataDirectory, "kubeconfig"),
    running: join(dataDirectory, "running"),
    logs: join(dataDirectory, "logs"),
    nodes,
    node(name) {
      const root = join(nodes, name);
      return {
        root,
        containerd: join(root, "containerd"),
        kubelet: join(root, "kubelet"),
        podLogs: join(root, "logs", "pods"),
        credentials: join(root, "credentials"),
        manifests: join(root, "manifests"),
      };
    },
  };
}
