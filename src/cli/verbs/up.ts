import { resolve } from "node:path";
import type { CliContext, UpCluster } from "../context.ts";
import { addressOf, manifestOption, nodeNameOf, nodeNameOption } from "../node-options.ts";
import { aborted, detachedArguments, stepLine } from "../foreground.ts";
import { type ParsedArguments, UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

const options = {
  ...dataDirectoryOption,
  kubeconfig: {
    type: "text",
    value: "FILE",
    help: "put the cluster into this kubeconfig too, as its current context (nothing is touched unless asked)",
  },
  store: { type: "choice", choices: ["sqlite", "memory"], help: "where the state is kept (default: sqlite, on disk)" },
  simulate: {
    type: "number",
    value: "N",
    from: 0,
    to: 10_000,
    help: "also run N imagined nodes, whose pods play their part",
  },
  "no-node": { type: "flag", help: "run no containers on this machine: the control plane alone" },
  nodes: {
    type: "number",
    value: "N",
    from: 1,
    to: 100,
    help: "how many real nodes there are to be, each a machine within this machine (default: those of before, or 1)",
  },
  ...nodeNameOption,
  "node-ip": {
    type: "text",
    value: "ADDRESS",
    help: "by which others reach this machine (default: the one on the way out)",
  },
  ...manifestOption,
  port: { type: "number", value: "PORT", from: 1, to: 65_535, help: "where the API listens (default: 6443)" },
  "service-cidr": { type: "text", value: "CIDR", help: "the addresses of Services (default: 10.96.0.0/16)" },
  "pod-cidr": { type: "text", value: "CIDR", help: "the addresses of pods (default: 10.244.0.0/16)" },
  "dual-stack": {
    type: "flag",
    help: "pods and Services have IPv6, too, where the machine has it: of fd00:10:244::/56 and fd00:10:96::/112, if the two options above name none after a comma",
  },
  "node-cidr": {
    type: "text",
    value: "CIDR",
    help: "the addresses of further nodes (default: the first of 10.89.0.0/24, 10.89.1.0/24, … that is free)",
  },
  network: {
    type: "choice",
    choices: ["auto", "routes", "vxlan"],
    help: "how pods reach those of other nodes (default: auto, routes where nodes share a link, else VXLAN)",
  },
  "load-balancer-range": {
    type: "text",
    value: "RANGE",
    help: "addresses for services of type LoadBalancer, on a link of the nodes, such as 192.0.2.100-192.0.2.120 (default: the nodes' own)",
  },
  "node-grace": {
    type: "number",
    value: "SECONDS",
    from: 15,
    to: 3600,
    help: "for how long nothing may be heard of a node until it counts as lost (default: 50)",
  },
  detach: { type: "flag", help: "return once the cluster is up, and leave it running" },
} as const;

export const upVerb = defineVerb({
  name: "up",
  summary: "bring up a cluster on this machine",
  operands: "",
  help: `
Starts the control plane and makes this machine its node: pods are real containers, run by containerd. Where this
is not possible (no root, no Linux) the nodes are imagined ones on the same control plane, and it says so.

With --nodes 3 there are two more real nodes, each a machine within this machine: network, processes, containerd and
address of its own. They share the machine's CPUs, memory and files.

What was there before goes on: objects are kept in the data directory, and containers that still run are taken over.
Ctrl-C stops Wherry and leaves the containers running; 'wherry down' stops them too.`,
  examples: [
    ["sudo wherry up", "a cluster with this machine as its node"],
    ["sudo wherry up --detach --kubeconfig ~/.kube/config", "the same in the background; kubectl finds it at once"],
    ["sudo wherry up --nodes 3", "three real nodes on this machine"],
    [
      "sudo wherry up --dual-stack --nodes 2",
      "pods with addresses of IPv4 and IPv6, and Services of both for who asks",
    ],
    ["sudo wherry up --no-node", "a control plane alone; machines join it by 'wherry agent'"],
    [
      "wherry up --data-dir /tmp/try --store memory --no-node --simulate 100",
      "a hundred imagined nodes; no root needed, nothing kept",
    ],
  ],
  options,
  run,
});

async function run(context: CliContext, { options: given }: ParsedArguments<typeof options>): Promise<number> {
  const nodeName = nodeNameOf(given["node-name"]);
  if (given["no-node"] && given.nodes !== undefined)
    throw new UsageError(
      "--nodes are real nodes on this machine, which --no-node forbids; --simulate makes imagined ones",
    );
  const dataDirectory = dataDirectoryOf(given, context);
  if (given.detach) {
    const args = ["up", ...detachedArguments(given, dataDirectory)];
    await context.cluster.detach(dataDirectory, args, (line) => context.out(line));
    return 0;
  }
  const cluster = await context.cluster.up(
    {
      dataDirectory,
      port: given.port,
      store: given.store,
      serviceCidr: given["service-cidr"],
      podCidr: given["pod-cidr"],
      dualStack: given["dual-stack"],
      nodeName,
      address: addressOf(given["node-ip"]),
      node: !given["no-node"],
      simulate: given.simulate,
      nodes: given.nodes,
      nodeCidr: given["node-cidr"],
      network: given.network,
      loadBalancerRange: given["load-balancer-range"],
      nodeGraceSeconds: given["node-grace"],
      staticPodPath: absolute(given["pod-manifest-path"]),
    },
    { step: (what, tookMs) => context.out(stepLine(what, tookMs)), note: (text) => context.out(text) },
  );
  try {
    await tell(context, cluster, dataDirectory, given.kubeconfig);
    context.cluster.announce();
    await aborted(context.signal);
  } finally {
    context.out("");
    context.out("Stopping …");
    await cluster.stop();
  }
  context.out(farewell(cluster, context, dataDirectory, given.store));
  return 0;
}

function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

async function tell(
  { out, cluster: operations, environment }: CliContext,
  cluster: UpCluster,
  dataDirectory: string,
  kubeconfig: string | undefined,
): Promise<void> {
  if (kubeconfig !== undefined) await operations.mergeKubeconfig(dataDirectory, resolve(kubeconfig));
  out("");
  out(`The cluster is up: ${cluster.url}`);
  if (kubeconfig === undefined) {
    out(`Its kubeconfig is ${cluster.kubeconfig}. In another terminal, type:`);
    out("");
    out(`  export KUBECONFIG=${cluster.kubeconfig}`);
  } else {
    out(`It is the current context of ${kubeconfig}. In another terminal, type:`);
    out("");
  }
  out("  kubectl get nodes");
  out("  kubectl create deployment web --image nginx --replicas 2");
  out(`  ${ownCommand(environment)} why deployment/web${dataDirectoryHint(environment, dataDirectory)}`);
  out("");
}

/** How whoever typed `up` reaches this program again. */
function ownCommand(environment: CliContext["environment"]): string {
  return environment["WHERRY_COMMAND"] ?? "wherry";
}

function dataDirectoryHint(environment: CliContext["environment"], dataDirectory: string): string {
  return environment["WHERRY_DATA_DIR"] === dataDirectory || !dataDirectory.includes(" ")
    ? ` --data-dir ${dataDirectory}`
    : ` --data-dir '${dataDirectory}'`;
}

function farewell(cluster: UpCluster, context: CliContext, dataDirectory: string, store: string | undefined): string {
  const state =
    store === "memory"
      ? "Its state was in memory alone, and is gone."
      : "The state is kept; 'wherry up' goes on where it was.";
  if (!cluster.hasNode) return `Stopped. ${state}`;
  return `Stopped. ${state} Containers run on meanwhile: '${ownCommand(context.environment)} down --data-dir ${dataDirectory}' stops them.`;
}
