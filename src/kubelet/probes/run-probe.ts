import type { Container, Probe } from "../../api/generated/core-v1.ts";
import { formatDuration } from "../../machinery/duration.ts";
import { quoted } from "../../machinery/issue.ts";
import { expand } from "../containers/expand.ts";
import type { ProbeNetwork } from "../ports/network.ts";
import { NetworkError } from "../ports/network.ts";
import type { ContainerRuntime } from "../ports/runtime.ts";
import { RuntimeError } from "../ports/runtime.ts";
import { containerPort, httpRequest } from "./http-action.ts";

/** What one probe found. `error`: it could not be made, which says nothing of the container. */
export type ProbeResult =
  | { readonly is: "success" }
  | { readonly is: "warning" | "failure" | "error"; readonly message: string };

export interface ProbeTarget {
  readonly containerId: string;
  readonly podIP: string;
}

export interface ProbeMeans {
  readonly runtime: ContainerRuntime;
  readonly network: ProbeNetwork;
  readonly signal: AbortSignal;
}

const LONGEST_OUTPUT = 10 * 1024;

export async function runProbe(
  probe: Probe,
  container: Container,
  target: ProbeTarget,
  means: ProbeMeans,
): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  try {
    if (probe.exec !== undefined) return await execProbe(probe.exec.command ?? [], timeoutMs, container, target, means);
    if (probe.httpGet !== undefined) return await httpProbe(probe.httpGet, timeoutMs, container, target, means);
    if (probe.tcpSocket !== undefined) {
      const host = (probe.tcpSocket.host ?? "") === "" ? target.podIP : probe.tcpSocket.host!;
      const port = containerPort(probe.tcpSocket.port, container);
      await means.network.tcpConnect(host, port, { timeoutMs, signal: means.signal });
      return { is: "success" };
    }
    if (probe.grpc !== undefined) {
      const waits = { timeoutMs, signal: means.signal };
      const health = await means.network.grpcHealth(target.podIP, probe.grpc.port, probe.grpc.service ?? "", waits);
      return health.healthy ? { is: "success" } : { is: "failure", message: health.message };
    }
    return { is: "error", message: `missing probe handler for ${container.name}` };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { is: error instanceof NetworkError ? "failure" : "error", message };
  }
}

async function execProbe(
  given: readonly string[],
  timeoutMs: number,
  container: Container,
  target: ProbeTarget,
  { runtime, signal }: ProbeMeans,
): Promise<ProbeResult> {
  const values = new Map((container.env ?? []).map(({ name, value }) => [name, value ?? ""]));
  const command = given.map((text) => expand(text, (name) => values.get(name)));
  try {
    const result = await runtime.execSync(target.containerId, command, timeoutMs, { signal });
    if (result.exitCode === 0) return { is: "success" };
    return { is: "failure", message: text(result.stdout, result.stderr) };
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== "timeout") throw error;
    const message = `command timed out: ${quoted(command.join(" "))} timed out after ${formatDuration(timeoutMs)}`;
    return { is: "failure", message };
  }
}

async function httpProbe(
  action: NonNullable<Probe["httpGet"]>,
  timeoutMs: number,
  container: Container,
  target: ProbeTarget,
  { network, signal }: ProbeMeans,
): Promise<ProbeResult> {
  const answer = await network.httpGet(httpRequest(action, container, target.podIP, "probe"), { timeoutMs, signal });
  if (answer.status >= 200 && answer.status < 300) return { is: "success" };
  if (answer.status >= 300 && answer.status < 400) {
    return { is: "warning", message: `Probe terminated redirects, Response body: ${answer.body}` };
  }
  // The body is not shown: it may hold what users of the pod must not see.
  return { is: "failure", message: `HTTP probe failed with statuscode: ${answer.status}` };
}

function text(stdout: Uint8Array, stderr: Uint8Array): string {
  const decoder = new TextDecoder();
  return (decoder.decode(stdout) + decoder.decode(stderr)).slice(0, LONGEST_OUTPUT);
}
