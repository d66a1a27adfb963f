import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Cluster } from "../cluster.ts";
import { readReport, type SpecResult } from "./report.ts";

export interface SuitePrograms {
  readonly "e2e.test": string;
  readonly ginkgo: string;
  readonly kubectl: string;
}

/** Specs that run in one go. */
export interface Phase {
  readonly title: string;
  /** Regular expressions; a spec runs if any of `focus` and none of `skip` matches its name. */
  readonly focus: readonly string[];
  readonly skip: readonly string[];
  readonly procs: number;
}

export interface PhaseOptions {
  readonly programs: SuitePrograms;
  readonly cluster: Cluster;
  /** Where reports and the suite's own output go. */
  readonly output: string;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

export interface Progress {
  readonly total: number | undefined;
  readonly passed: number;
  readonly failed: number;
  /** What ended last, in the suite's words. */
  readonly last: string;
}

const LONGEST = "3h";

/** Runs a phase on the cluster's node, and gives what came out, also of one that was called off. */
export async function runPhase(phase: Phase, options: PhaseOptions): Promise<readonly SpecResult[]> {
  const { programs, cluster, output, signal } = options;
  await using listener = await listenForProgress(options.onProgress);
  const report = `${phase.title}.json`;
  const command = [
    ...cluster.machine.enter,
    programs.ginkgo,
    `--procs=${phase.procs}`,
    ...phase.focus.map((pattern) => `--focus=${pattern}`),
    ...phase.skip.map((pattern) => `--skip=${pattern}`),
    `--timeout=${LONGEST}`,
    "--no-color",
    `--output-dir=${output}`,
    `--json-report=${report}`,
    `--junit-report=${phase.title}.xml`,
    programs["e2e.test"],
    "--",
    `--kubeconfig=${cluster.nodeKubeconfig}`,
    `--kubectl-path=${programs.kubectl}`,
    "--provider=skeleton",
    "--dump-logs-on-failure=false",
    `--progress-report-url=http://${cluster.machine.outside}:${listener.port}`,
  ];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: output,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(output, `${phase.title}.log`));
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  // The suite takes down what it made, and writes its report, when it is asked once.
  const stop = () => endGroup(child);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  await once(child, "close");
  signal.removeEventListener("abort", stop);
  log.end();
  const path = join(output, report);
  if (!existsSync(path)) throw new Error(`the suite ended without a report: see ${join(output, phase.title)}.log`);
  return await readReport(path);
}

function endGroup({ pid, exitCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null) process.kill(-pid, "SIGINT");
}

interface ProgressListener extends AsyncDisposable {
  readonly port: number;
}

/** Every process of the suite tells by itself what it has done: here it is added up. */
async function listenForProgress(onProgress: (progress: Progress) => void): Promise<ProgressListener> {
  let progress: Progress = { total: undefined, passed: 0, failed: 0, last: "" };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    response.end();
    const { msg, total } = JSON.parse(text) as { readonly msg: string; readonly total: number };
    progress = {
      total: total > 0 ? total : progress.total,
      passed: progress.passed + (msg.startsWith("PASSED") ? 1 : 0),
      failed: progress.failed + (msg.startsWith("FAILED") ? 1 : 0),
      last: msg,
    };
    if (/^(PASSED|FAILED)/.test(msg)) onProgress(progress);
  });
  server.listen(0);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
