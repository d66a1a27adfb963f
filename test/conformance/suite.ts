import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cluster } from "../cluster.ts";
import { followSpecs, type Progress } from "./live.ts";
import { readReport, type SpecResult } from "./report.ts";

export interface SuitePrograms {
  readonly "e2e.test": string;
  readonly ginkgo: string;
  readonly kubectl: string;
}

/** Specs that run in one go. */
export interface Phase {
  readonly title: string;
  /** Ginkgo's expression over the labels of specs. */
  readonly labels: string;
  /** Regular expressions; a spec runs if any of `focus`, or there is none, and none of `skip` matches its name. */
  readonly focus: readonly string[];
  readonly skip: readonly string[];
  readonly procs: number;
  /** How often a spec is tried before it has failed. */
  readonly attempts: number;
}

export interface PhaseOptions {
  readonly programs: SuitePrograms;
  readonly cluster: Cluster;
  /** Where reports and the suite's own output go. */
  readonly output: string;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

const LONGEST = "3h";

/** Runs a phase on the cluster's node, and gives what came out, also of one that was called off. */
export async function runPhase(phase: Phase, options: PhaseOptions): Promise<readonly SpecResult[]> {
  const { programs, cluster, output, signal } = options;
  const report = `${phase.title}.json`;
  const command = [
    ...cluster.machine.enter,
    programs.ginkgo,
    `--procs=${phase.procs}`,
    `--flake-attempts=${phase.attempts}`,
    `--label-filter=${phase.labels}`,
    ...phase.focus.map((pattern) => `--focus=${pattern}`),
    ...phase.skip.map((pattern) => `--skip=${pattern}`),
    `--timeout=${LONGEST}`,
    "--no-color",
    "-v",
    `--output-dir=${output}`,
    `--json-report=${report}`,
    `--junit-report=${phase.title}.xml`,
    programs["e2e.test"],
    "--",
    `--kubeconfig=${cluster.nodeKubeconfig}`,
    `--kubectl-path=${programs.kubectl}`,
    "--provider=skeleton",
    "--dump-logs-on-failure=false",
  ];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: output,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(output, `${phase.title}.log`));
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  const ending = endOf(child);
  const watch = watchdog(() => ending.ask());
  const live = followSpecs((progress) => {
    watch.fed();
    options.onProgress(progress);
  });
  createInterface({ input: child.stdout }).on("line", live.line);
  signal.addEventListener("abort", ending.ask, { once: true });
  if (signal.aborted) ending.ask();
  await once(child, "close");
  signal.removeEventListener("abort", ending.ask);
  watch.stop();
  ending.done();
  log.end();
  const path = join(output, report);
  const reported = existsSync(path) ? await readReport(path) : [];
  // Where a process of the suite had to be ended, its report lacks what was seen to end.
  const known = new Set(reported.map(({ name }) => name));
  return [...reported, ...live.results().filter(({ name }) => !known.has(name))];
}

/** No spec takes longer by itself: the longest of Kubernetes' own wait nine minutes. */
const PATIENCE_MS = 12 * 60_000;

/** Specs that wait for ever would hold up all others. */
function watchdog(bite: () => void): { fed(): void; stop(): void } {
  let timer = setTimeout(bite, PATIENCE_MS);
  return {
    fed: () => {
      clearTimeout(timer);
      timer = setTimeout(bite, PATIENCE_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

const LAST_WORDS_MS = 60_000;

/**
 * Asked once, the suite takes down what it made and writes its report. Specs that do not listen are ended after a while by their
 * processes: the suite then reports the others.
 */
function endOf(child: ChildProcess): { ask(): void; done(): void } {
  let timer: NodeJS.Timeout | undefined;
  const workers = () => spawn("pkill", ["-KILL", "-P", String(child.pid), "e2e.test"], { stdio: "ignore" });
  return {
    ask: () => {
      if (child.pid === undefined || child.exitCode !== null || timer !== undefined) return;
      process.kill(-child.pid, "SIGINT");
      timer = setTimeout(workers, LAST_WORDS_MS);
    },
    done: () => clearTimeout(timer),
  };
}
