import { dnsSubdomain } from "../../machinery/formats.ts";
import { parseQuantity, quantityAsNumber, QuantityError } from "../../machinery/quantity.ts";
import type { CliContext, NodeRequest } from "../context.ts";
import { stepLine } from "../foreground.ts";
import { labelsOf, nodeOptions, taintsOf } from "../node-options.ts";
import { type ParsedArguments, UsageError } from "../options.ts";
import { dataDirectoryOf, dataDirectoryOption, defineVerb } from "../verb.ts";

const options = {
  ...dataDirectoryOption,
  ...nodeOptions,
  memory: {
    type: "text",
    value: "AMOUNT",
    help: "how much memory a new node has, such as 512Mi or 2Gi (default: as much as the machine)",
  },
} as const;

export const nodeVerb = defineVerb({
  name: "node",
  summary: "add, stop, start, kill or remove a further node of this machine",
  operands: "add [NAME]|stop|start|kill|remove NAME",
  help: `
Further nodes are machines within this machine: each has its own network, processes, containerd and address, and its
agent is the very program that runs on any other machine. The cluster has to be up, with this machine as its node.

  add     makes one more, and waits until it is Ready; without a NAME it is called after this machine: box-2, box-3, …
  stop    shuts it down in order: its pods end within 30 s and are replaced elsewhere; it stays off until it is started
  kill    as if its power went: everything of it is gone at once, and nobody is told. Kubernetes notices by itself
  start   brings back what was stopped or killed, as a machine that boots: its images are still there, its pods start anew
  remove  ends it, deletes its Node, and removes all that it had on disk

Images that were loaded by 'wherry image load' are on every node; one that was off then gets them when it starts.`,
  examples: [
    ["sudo wherry node add", "one more node"],
    [
      "sudo wherry node add db --memory 2Gi --label disk=ssd --taint dedicated=db:NoSchedule",
      "a node for some pods only",
    ],
    ["sudo wherry node kill box-2 && kubectl get pods -o wide -w", "see what Kubernetes makes of a power cut"],
    ["sudo wherry node start box-2", "the power is back"],
  ],
  options,
  async run(context, args) {
    const dataDirectory = dataDirectoryOf(args.options, context);
    const request = requestOf(args);
    const name = await context.cluster.node(dataDirectory, request, {
      step: (what, tookMs) => context.out(stepLine(what, tookMs)),
      note: (text) => context.out(text),
    });
    for (const line of whatNext(context, request.verb, name)) context.out(line);
    return 0;
  },
});

function requestOf({ options: given, operands }: ParsedArguments<typeof options>): NodeRequest {
  const [verb = "", name, ...more] = operands;
  if (more.length > 0) throw new UsageError(`node ${verb} takes one name, but got ${operands.slice(1).join(" ")}`);
  if (name !== undefined && dnsSubdomain(name).length > 0)
    throw new UsageError(`a node's name is of lower-case letters, digits, - and ., not "${name}"`);
  if (verb === "add") {
    const memoryBytes = given.memory === undefined ? undefined : bytesOf(given.memory);
    return {
      verb,
      labels: labelsOf(given.label),
      taints: taintsOf(given.taint),
      ...(name === undefined ? {} : { name }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    };
  }
  if (verb !== "stop" && verb !== "start" && verb !== "kill" && verb !== "remove")
    throw new UsageError("say 'node add', or 'node stop', 'start', 'kill' or 'remove' and a NAME");
  if (name === undefined) throw new UsageError(`say which one: 'node ${verb} NAME'; 'wherry status' lists them`);
  if (given.memory !== undefined || given.label.length > 0 || given.taint.length > 0)
    throw new UsageError("--memory, --label and --taint are for 'node add'");
  return { verb, name };
}

const LEAST_MEMORY = 64 * 1024 * 1024;

function bytesOf(text: string): number {
  const bytes = amountOf(text);
  if (bytes === undefined) throw new UsageError(`--memory is an amount such as 512Mi or 2Gi, not "${text}"`);
  if (bytes < LEAST_MEMORY) throw new UsageError(`--memory ${text} is too little for a node: 64Mi is the least`);
  return bytes;
}

function amountOf(text: string): number | undefined {
  try {
    return Math.floor(quantityAsNumber(parseQuantity(text)));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function whatNext({ environment }: CliContext, verb: NodeRequest["verb"], name: string): readonly string[] {
  const command = environment["WHERRY_COMMAND"] ?? "wherry";
  if (verb === "stop" || verb === "kill") return [`'${command} node start ${name}' brings it back.`];
  return [];
}
