import { Deployment } from "../../src/api/apps/v1/deployment.ts";
import { Pod } from "../../src/api/core/v1/pod.ts";
import { simulate, type World } from "../../src/cluster/testing.ts";
import type { Draft } from "../../src/machinery/object.ts";

const NODES = 1_000;
const PODS = 10_000;

/**
 * A cluster under the virtual clock: what it costs to start its nodes, to fill them with the pods of one Deployment, and
 * to do nothing for a minute.
 */
export async function run(print: (line: string) => void): Promise<void> {
  await using world = await measured(print, `${NODES} nodes start`, () => simulate({ nodes: NODES, frozen: false }));
  await measured(print, `${PODS} pods of a Deployment come to run`, () => fill(world));
  const ready = world.list(Pod).filter(isReady).length;
  const most = Math.max(...world.nodes.map(({ node }) => [...node.kubelet.workers()].length));
  print(`simulated: ${ready} ready, at most ${most} on one node, ${world.events.length} changes of the store`);
  await measured(print, "a virtual minute of rest", () => world.advance(60_000));
}

async function fill(world: World): Promise<void> {
  const labels = { app: "web" };
  const container = { name: "main", image: "web:1", resources: { requests: { cpu: "100m" } } };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const draft = { metadata: { name: "web" }, spec: { replicas: PODS, selector: { matchLabels: labels }, template } };
  await world.apply(Deployment, draft as Draft<Deployment>);
  await world.settle();
}

async function measured<T>(print: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  print(`simulated: ${what}: ${seconds} s, of which CPU ${((user + system) / 1e6).toFixed(2)} s`);
  return result;
}

function isReady(pod: Pod): boolean {
  return pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
