import type { IpFamily } from "../../../base/ip.ts";
import type { Flow, FlowProtocol, StaleFlows } from "../../../proxy/flows.ts";
import type { FlowTable } from "../../../proxy/ports.ts";
import { runTool, ToolError } from "./nft.ts";

/** The kernel's flows through the program `conntrack`. @param conntrack how it is called. */
export function createFlowTable(conntrack: readonly string[]): FlowTable {
  return {
    async list(family, protocol, { signal }) {
      const listed = await runTool([...conntrack, "-L", ...kindOptions(family, protocol)], { signal });
      return listed.split("\n").flatMap(readFlow);
    },
    async forget(family, protocol, flows, { signal }) {
      for (const flow of flows) await forget(conntrack, kindOptions(family, protocol), flow, signal);
    },
  };
}

async function forget(
  conntrack: readonly string[],
  kind: readonly string[],
  { frontend, endpoint }: StaleFlows,
  signal: AbortSignal,
): Promise<void> {
  const filter = [
    ["--orig-dst", frontend.address],
    ["--orig-port-dst", String(frontend.port)],
    ["--reply-src", endpoint.address],
    ["--reply-port-src", String(endpoint.port)],
  ].flat();
  try {
    await runTool([...conntrack, "-D", ...kind, ...filter], { signal });
  } catch (error) {
    // Flows end by themselves, too: deleting none of them is an error only to conntrack.
    if (!(error instanceof ToolError) || !/\b0 flow entries have been deleted/.test(error.stderr)) throw error;
  }
}

function kindOptions(family: IpFamily, protocol: FlowProtocol): readonly string[] {
  const unanswered = protocol === "tcp" ? ["--state", "SYN_SENT"] : [];
  return ["-f", family === "IPv4" ? "ipv4" : "ipv6", "-p", protocol, ...unanswered];
}

/** A line shows the addresses and ports of the packets from the client, then those of the replies. */
function readFlow(line: string): readonly Flow[] {
  const match = /src=\S+ dst=(\S+) sport=\d+ dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+) dport=\d+/.exec(line);
  if (match === null) return [];
  const [, frontend, frontendPort, endpoint, endpointPort] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  return [
    {
      frontend: { address: frontend, port: Number(frontendPort) },
      endpoint: { address: endpoint, port: Number(endpointPort) },
    },
  ];
}
