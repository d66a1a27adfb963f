import { buildReference } from "../../tools/reference/build.ts";
import { whyNoCluster } from "../../test/cluster.ts";
import { KUBELET_PROGRAMS, startKubeletNode } from "../pods/kubelet-node.ts";
import { measurePods, type PodFigures } from "../pods/measure.ts";
import { startWherryNode } from "../pods/wherry-node.ts";
import type { AloneOptions, Print } from "./all.ts";

// What a pod costs on a real cluster of one node, beside what containerd alone takes for the same, and beside the real kubelet:
//   npm run bench -- pods --with-kubelet
// Goals: create → running at most 40 ms above containerd's own time, first restart < 300 ms, delete → gone < 250 ms.

export async function run(print: Print, { withKubelet, progress, signal }: AloneOptions): Promise<void> {
  const obstacle = await whyNoCluster();
  if (obstacle !== undefined) return print(`pods: not measured: ${obstacle}`);
  {
    await using node = await startWherryNode();
    tell(print, node.name, await measurePods(node));
  }
  if (!withKubelet) return;
  const programs = await buildReference(KUBELET_PROGRAMS, { progress, signal });
  await using node = await startKubeletNode(programs, signal);
  tell(print, node.name, await measurePods(node));
}

function tell(print: Print, side: string, { each, crowd, cpu }: PodFigures): void {
  const say = (what: string, value: string) => print(`pods: ${side}: ${what}: ${value}`);
  for (const [name, values] of each) say(name, summary(values));
  say(`${crowd.pods} at once → all running`, `${crowd.runningMs.toFixed(0)} ms`);
  say("CPU a pod until then", `control plane ${cpu.controlPlane.toFixed(0)} ms, node ${cpu.node.toFixed(0)} ms`);
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, median, high] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at]!.toFixed(0));
  return `median ${median} ms (${low}–${high}, n=${values.length})`;
}
