import { shortHumanDuration } from "../../machinery/duration.ts";
import type { ClusterStatus } from "../context.ts";
import { tableLines } from "../table.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

export const statusVerb = defineVerb({
  name: "status",
  summary: "tell what runs",
  operands: "",
  help: `
Tells whether a cluster runs on the data directory, where it listens, and how its components and nodes are. The exit
code is 0 if all is well, 1 if something is not, 3 if nothing runs.`,
  examples: [
    ["wherry status", "for people"],
    ["wherry status -o json", "for programs: pid, addresses, versions, components, nodes"],
  ],
  options: {
    ...dataDirectoryOption,
    output: { type: "choice", choices: ["text", "json"], short: "o", help: "the form of the answer" },
  },
  async run(context, { options }) {
    const dataDirectory = dataDirectoryOf(options, context);
    const status = await context.cluster.status(dataDirectory);
    if (options.output === "json") {
      context.out(JSON.stringify({ dataDirectory, running: status !== undefined, ...status }, undefined, 2));
    } else if (status === undefined) context.out(`No cluster runs on ${dataDirectory}. Start it with 'wherry up'.`);
    else for (const line of statusLines(status, dataDirectory, context.now())) context.out(line);
    if (status === undefined) return 3;
    return status.components.every(({ healthy }) => healthy) && status.nodes.every(({ ready }) => ready) ? 0 : 1;
  },
});

function statusLines(status: ClusterStatus, dataDirectory: string, nowMs: number): readonly string[] {
  const { versions, pid, url, kubeconfig, startedAtMs, components, nodes } = status;
  return [
    `Wherry ${versions.wherry} (Kubernetes ${versions.kubernetes}) runs as process ${pid}, since ${shortHumanDuration(nowMs - startedAtMs)}`,
    `  API         ${url}`,
    ...(kubeconfig === undefined ? [] : [`  kubeconfig  ${kubeconfig}`]),
    `  data        ${dataDirectory}`,
    "",
    ...tableLines([
      ["COMPONENT", "STATE", "PID", ""],
      ...components.map(({ name, healthy, pid: own, message }) => [
        name,
        healthy ? "well" : "not well",
        own === undefined ? "" : String(own),
        message,
      ]),
    ]),
    "",
    ...tableLines([
      ["NODE", "STATE", "ADDRESSES"],
      ...nodes.map(({ name, ready, addresses }) => [name, ready ? "Ready" : "NotReady", addresses.join(", ")]),
    ]),
  ];
}
