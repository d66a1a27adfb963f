import { setTimeout as sleep } from "node:timers/promises";
import { Deployment } from "../../src/api/apps/v1/deployment.ts";
import { Node } from "../../src/api/core/v1/node.ts";
import { Pod } from "../../src/api/core/v1/pod.ts";
import type { Client } from "../../src/client/client.ts";
import type { Draft } from "../../src/machinery/object.ts";
import type { Cluster } from "../../test/cluster.ts";

const REPLICAS = 6;
const TOLERATION_SECONDS = 2;
const LOST = "node.kubernetes.io/unreachable";
const LOOK_EVERY_MS = 20;
const LONGEST_MS = 120_000;
const LABELS = { app: "lost" };
const { signal } = new AbortController();

/**
 * A power cut of one node: how long after its pods' toleration of that is over as many run elsewhere. When the node counts as lost is
 * the cluster's own setting, and not counted.
 */
export async function loseNode(cluster: Cluster, client: Client, print: (line: string) => void): Promise<void> {
  const victim = `${cluster.nodeName}-3`;
  await client.create(Deployment, deployment(), { signal });
  const running = async () => {
    const { items } = await client.list(Pod, { namespace: "default", labelSelector: "app=lost", signal });
    return items.filter(({ status }) => status.phase === "Running");
  };
  await until(async () => (await running()).length === REPLICAS);
  const there = (await running()).filter(({ spec }) => spec.nodeName === victim).length;
  await cluster.nodeShell.ok(`wherry node kill ${victim}`);
  const killedAtMs = performance.now();
  await until(async () => {
    const { spec } = await client.get(Node, { name: victim }, { signal });
    return spec.taints?.some(({ key, effect }) => key === LOST && effect === "NoExecute") === true;
  });
  const lostAtMs = performance.now();
  await until(async () => (await running()).filter(({ spec }) => spec.nodeName !== victim).length === REPLICAS);
  const seconds = (fromMs: number, toMs: number) => ((toMs - fromMs) / 1000).toFixed(1);
  const after = seconds(lostAtMs + TOLERATION_SECONDS * 1000, performance.now());
  print(
    `nodes: a node killed, lost after ${seconds(killedAtMs, lostAtMs)} s: its ${there} of ${REPLICAS} replicas run elsewhere ${after} s after their toleration's end`,
  );
}

function deployment(): Draft<Deployment> {
  const toleration = { operator: "Exists", effect: "NoExecute", tolerationSeconds: TOLERATION_SECONDS };
  const spec = {
    replicas: REPLICAS,
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: {
        terminationGracePeriodSeconds: 1,
        tolerations: [LOST, "node.kubernetes.io/not-ready"].map((key) => ({ key, ...toleration })),
        containers: [
          { name: "main", image: "busybox", imagePullPolicy: "IfNotPresent", command: ["sleep", "infinity"] },
        ],
      },
    },
  };
  return { metadata: { name: "lost", namespace: "default" }, spec } as unknown as Draft<Deployment>;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + LONGEST_MS;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error("the node's loss was not made up for");
    await sleep(LOOK_EVERY_MS);
  }
}
