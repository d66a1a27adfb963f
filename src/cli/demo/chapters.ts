import type { ApiAccess } from "../context.ts";

/** The namespace in which the demo plays; it is removed in the end. */
export const DEMO_NAMESPACE = "wherry-demo";

/** Images that the chapters use. */
export const DEMO_IMAGES = ["nginx:1.16", "nginx:1.17", "redis:3.2"] as const;

/** One thing that a cluster does, done and then explained from what was recorded. */
export interface Chapter {
  readonly title: string;
  /** What is about to be seen, in a few lines. */
  readonly tells: readonly string[];
  /** What one would type. */
  readonly command: string;
  act(api: ApiAccess): Promise<void>;
  /** Tells whether the cluster has done what it was asked for. */
  done(api: ApiAccess): Promise<boolean>;
  /** Whose story is told then: a kind, and its name. @param before the names of the pods that were there before. */
  tellsOf(api: ApiAccess, before: ReadonlySet<string>): Promise<readonly [kind: string, name: string]>;
}

const NAMESPACED = `namespaces/${DEMO_NAMESPACE}`;
const PODS = `/api/v1/${NAMESPACED}/pods`;
const DEPLOYMENTS = `/apis/apps/v1/${NAMESPACED}/deployments`;
const WEB = `${DEPLOYMENTS}/web`;

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface Deployment {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas: number };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export const chapters: readonly Chapter[] = [
  {
    title: "A pod",
    tells: [
      "You ask the API server for a pod. It checks the wish and stores it; nobody else touches the store.",
      "The scheduler sees a pod without a node and picks one; that node's kubelet sees its pod and starts the container.",
    ],
    command: "kubectl run solo --image nginx:1.16",
    act: (api) =>
      create(api, PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "solo" },
        spec: { containers: [container("solo", "nginx:1.16")] },
      }),
    done: async (api) => isReady((await api.send("GET", `${PODS}/solo`)) as Pod),
    tellsOf: () => Promise.resolve(["pod", "solo"]),
  },
  {
    title: "Two containers in one pod",
    tells: ["They share an address, so one finds the other on localhost; the pod is ready when both are."],
    command: "kubectl apply -f sample-2pod.yaml    # nginx:1.16 and redis:3.2",
    act: (api) =>
      create(api, PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "sample-2pod" },
        spec: { containers: [container("nginx-container", "nginx:1.16"), container("redis-container", "redis:3.2")] },
      }),
    done: async (api) => isReady((await api.send("GET", `${PODS}/sample-2pod`)) as Pod),
    tellsOf: () => Promise.resolve(["pod", "sample-2pod"]),
  },
  {
    title: "A Deployment keeps three of them",
    tells: [
      "Desired state instead of orders: observe, diff, act. The deployment loop makes a ReplicaSet, the replicaset loop",
      "makes the pods, and each loop only ever looks at the store and corrects what differs.",
    ],
    command: "kubectl create deployment web --image nginx:1.16 --replicas 3",
    act: (api) =>
      create(api, DEPLOYMENTS, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", labels: { app: "web" } },
        spec: {
          replicas: 3,
          selector: { matchLabels: { app: "web" } },
          template: { metadata: { labels: { app: "web" } }, spec: { containers: [container("nginx", "nginx:1.16")] } },
        },
      }),
    done: isRolledOut,
    tellsOf: async (api) => ["pod", (await webPods(api))[0]!.metadata.name],
  },
  {
    title: "A pod is lost, and replaced",
    tells: ["You delete one of the three. The replicaset loop sees two where three are wanted, and makes one."],
    command: "kubectl delete pod web-…",
    act: async (api) => {
      const [victim] = await webPods(api);
      await api.send("DELETE", `${PODS}/${victim!.metadata.name}`);
    },
    done: async (api) => {
      const pods = await webPods(api);
      return pods.length === 3 && pods.every((pod) => isReady(pod));
    },
    tellsOf: async (api, before) => ["pod", await newPod(api, before)],
  },
  {
    title: "Scaling out",
    tells: ["The same loop again: five are wanted, three are there."],
    command: "kubectl scale deployment/web --replicas 5",
    act: (api) => change(api, WEB, { spec: { replicas: 5 } }),
    done: isRolledOut,
    tellsOf: async (api, before) => ["pod", await newPod(api, before)],
  },
  {
    title: "A new version, pod by pod",
    tells: ["A second ReplicaSet grows while the first one shrinks; never too few are available meanwhile."],
    command: "kubectl set image deployment/web nginx=nginx:1.17",
    act: (api) =>
      change(api, WEB, { spec: { template: { spec: { containers: [container("nginx", "nginx:1.17")] } } } }),
    done: isRolledOut,
    tellsOf: () => Promise.resolve(["deployment", "web"]),
  },
  {
    title: "A pod that fits nowhere",
    tells: [
      "No node has a thousand processors. The scheduler says of each node why not, and looks again when something changes.",
    ],
    command: "kubectl run giant --image nginx:1.16 --overrides …    # requests cpu: 1000",
    act: (api) =>
      create(api, PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "giant" },
        spec: { containers: [{ ...container("giant", "nginx:1.16"), resources: { requests: { cpu: "1000" } } }] },
      }),
    done: async (api) => {
      const { status } = (await api.send("GET", `${PODS}/giant`)) as Pod;
      return status.conditions?.some(({ type, status: is }) => type === "PodScheduled" && is === "False") === true;
    },
    tellsOf: () => Promise.resolve(["pod", "giant"]),
  },
];

function container(name: string, image: string) {
  return { name, image, imagePullPolicy: "IfNotPresent" };
}

async function create(api: ApiAccess, path: string, body: unknown): Promise<void> {
  await api.send("POST", path, body);
}

async function change(api: ApiAccess, path: string, patch: unknown): Promise<void> {
  await api.send("PATCH", path, patch, "application/strategic-merge-patch+json");
}

/** The names of all pods of the demo. */
export async function podNames(api: ApiAccess): Promise<ReadonlySet<string>> {
  const { items } = (await api.send("GET", PODS)) as { readonly items: readonly Pod[] };
  return new Set(items.map(({ metadata }) => metadata.name));
}

async function newPod(api: ApiAccess, before: ReadonlySet<string>): Promise<string> {
  const pods = await webPods(api);
  return (pods.find(({ metadata }) => !before.has(metadata.name)) ?? pods[0]!).metadata.name;
}

/** The Deployment's living pods. */
async function webPods(api: ApiAccess): Promise<readonly Pod[]> {
  const { items } = (await api.send("GET", `${PODS}?labelSelector=app%3Dweb`)) as { readonly items: readonly Pod[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true;
}

async function isRolledOut(api: ApiAccess): Promise<boolean> {
  const { metadata, spec, status } = (await api.send("GET", WEB)) as Deployment;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  return (
    observedGeneration >= metadata.generation &&
    [replicas, updatedReplicas, availableReplicas].every((count) => count === spec.replicas)
  );
}
