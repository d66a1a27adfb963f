import { resolve } from "node:path";
import type { AgentRequest, CliContext } from "../context.ts";
import { aborted, detachedArguments, stepLine } from "../foreground.ts";
import {
  addressOf,
  labelsOf,
  manifestOption,
  nodeNameOf,
  nodeNameOption,
  nodeOptions,
  taintsOf,
} from "../node-options.ts";
import { type ParsedArguments, UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

const options = {
  ...dataDirectoryOption,
  server: { type: "text", value: "URL", help: "the API server of the cluster, such as https://192.0.2.1:6443" },
  token: { type: "text", value: "TOKEN", help: "lets this machine in; needed once" },
  "ca-cert-hash": {
    type: "text",
    value: "sha256:HEX",
    help: "the cluster's authority must be this one (as kubeadm has it); without it the token alone is trusted",
  },
  ...nodeNameOption,
  "node-ip": { type: "text", value: "ADDRESS", help: "by which others reach it (default: the one towards the server)" },
  ...nodeOptions,
  ...manifestOption,
  detach: { type: "flag", help: "return once the node is Ready, and leave it running" },
} as const;

export const agentVerb = defineVerb({
  name: "agent",
  summary: "make this machine a node of a cluster elsewhere",
  operands: "",
  help: `
Joins the cluster, once: the machine finds out by the token whether the server is the one that is meant, asks for the
certificate of a node, and gets its part of the pods' network. Then it runs what is bound to it: containerd, the kubelet,
the rules of Services, and the cluster's names. What it may do is what Kubernetes lets a node do, and no more.

The certificate is kept in the data directory and renewed in time: a second start needs no token. Containers run on
when the server is away, and when this command is stopped; 'wherry down' stops them too.

Let others reach this machine at TCP 10250 (logs, exec), and it the server's port (6443).`,
  examples: [
    ["wherry token create --print-join-command", "on the server: prints the line to type here"],
    ["sudo wherry agent --server https://192.0.2.1:6443 --token abcdef.0123456789abcdef", "joins, and runs the node"],
    ["sudo wherry agent", "runs it again after a stop"],
    ["sudo wherry agent --detach --label disk=ssd --taint dedicated=db:NoSchedule …", "a node for some pods only"],
  ],
  options,
  run,
});

async function run(context: CliContext, { options: given }: ParsedArguments<typeof options>): Promise<number> {
  const dataDirectory = dataDirectoryOf(given, context);
  const request = requestOf(given, dataDirectory);
  if (given.detach) {
    const args = ["agent", ...detachedArguments(given, dataDirectory)];
    await context.cluster.detach(dataDirectory, args, (line) => context.out(line));
    return 0;
  }
  const node = await context.cluster.agent(request, {
    step: (what, tookMs) => context.out(stepLine(what, tookMs)),
    note: (text) => context.out(text),
  });
  try {
    context.out("");
    context.out(`This machine is a node of ${node.server}. Ctrl-C stops it.`);
    context.cluster.announce();
    await aborted(context.signal);
  } finally {
    context.out("");
    context.out("Stopping …");
    await node.stop();
  }
  context.out("Stopped. Containers run on meanwhile: 'wherry agent' takes them over, 'wherry down' stops them.");
  return 0;
}

function requestOf(given: ParsedArguments<typeof options>["options"], dataDirectory: string): AgentRequest {
  const { token, "ca-cert-hash": caHash, "pod-manifest-path": manifests } = given;
  if (caHash !== undefined && !/^sha256:[0-9a-f]{64}$/i.test(caHash)) {
    throw new UsageError(`--ca-cert-hash is sha256: and 64 digits in hex, not "${caHash}"`);
  }
  return {
    dataDirectory,
    server: given.server === undefined ? undefined : serverOf(given.server),
    token,
    caHash,
    nodeName: nodeNameOf(given["node-name"]),
    address: addressOf(given["node-ip"]),
    labels: labelsOf(given.label),
    taints: taintsOf(given.taint),
    staticPodPath: manifests === undefined ? undefined : resolve(manifests),
  };
}

/** As kubeadm's users write it, `192.0.2.1:6443` is enough. */
function serverOf(text: string): string {
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  if (url?.protocol === "https:" && url.hostname !== "") return url.origin;
  throw new UsageError(`--server is an address such as https://192.0.2.1:6443, not "${text}"`);
}
