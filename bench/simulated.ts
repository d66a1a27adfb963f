import { parseArgs } from "node:util";
import { Node } from "../src/api/core/v1/node.ts";
import { Pod } from "../src/api/core/v1/pod.ts";
import { ReplicaSet } from "../src/api/apps/v1/replica-set.ts";
import { Deployment } from "../src/api/apps/v1/deployment.ts";
import { simulate, type World } from "../src/cluster/testing.ts";
import type { Draft } from "../src/machinery/object.ts";

// A cluster under the virtual clock: what it costs to start nodes, to fill them with the pods of one Deployment, and to
// do nothing for a minute.
//   node bench/simulated.ts [--nodes 1000] [--pods 10000] [--bare]

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "1000" },
    pods: { type: "string", default: "10000" },
    bare: { type: "boolean", default: false },
  },
});
const nodes = Number(values.nodes);
const replicas = Number(values.pods);

await using world = await measured(`${nodes} nodes`, () => simulate({ seed: 1, nodes, frozen: false }));
await measured(`${replicas} pods`, () => fill(world));
const ready = world.list(Pod).filter(isReady).length;
const perNode = Math.max(...world.nodes.map(({ node }) => [...node.kubelet.workers()].length));
console.log(
  `${ready} ready on ${world.list(Node).length} nodes, at most ${perNode} on one; ${world.events.length} changes`,
);
await measured("a minute of rest", () => world.advance(60_000));

async function fill(filled: World): Promise<void> {
  const labels = { app: "web" };
  const draft = {
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "main", image: "web:1", resources: { requests: { cpu: "100m" } } }] },
      },
    },
  };
  if (values.bare) await filled.apply(ReplicaSet, draft as Draft<ReplicaSet>);
  else await filled.apply(Deployment, draft as Draft<Deployment>);
  await filled.settle();
}

async function measured<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = process.hrtime.bigint();
  const cpu = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  console.log(`${what}: ${seconds.toFixed(2)} s, ${((user + system) / 1e6).toFixed(2)} s of CPU`);
  return result;
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;
}
