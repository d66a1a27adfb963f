import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureHostParts, MissingPartsError } from "../../src/host/node/packages/install.ts";
import { buildImages } from "../../tools/images/build.ts";
import { buildReference, kubernetesVersion, ReferenceError } from "../../tools/reference/build.ts";
import { type Cluster, startClusterWith } from "../cluster.ts";
import { writeFailures } from "./failures.ts";
import { allImages, conformanceImages, shortImages } from "./images.ts";
import { type ConformanceOptions, readOptions, USAGE, UsageError } from "./options.ts";
import { phasesOf } from "./phases.ts";
import { conclusion, progressLine } from "./print.ts";
import { judge, shortSet } from "./ratchet.ts";
import type { SpecResult } from "./report.ts";
import type { Progress } from "./live.ts";
import { runPhase, type SuitePrograms } from "./suite.ts";

// The official conformance suite against a cluster of its own: `npm run conformance -- --help`.

const ROOT = join(import.meta.dirname, "../..");
const CACHE = join(ROOT, ".cache/conformance");
const COMMAND = join(ROOT, "dist/src/bin/wherry.mjs");
const say = (line: string) => console.log(line);

async function main(words: readonly string[]): Promise<number> {
  const options = readOptions(words);
  if (options === "help") {
    say(USAGE);
    return 0;
  }
  const interrupted = new AbortController();
  process.on("SIGINT", () => {
    say("\nStopping: what was measured is kept …");
    interrupted.abort();
  });
  const { signal } = interrupted;
  await ensureHostParts({ signal, progress: say });
  const isReached = await reachesRegistry();
  const images = isReached ? NO_IMAGES : options.short ? shortImages : allImages;
  if (isReached) say(`${REGISTRY} is reached: images come from registries`);
  const programs = await buildReference(["e2e.test", "ginkgo", "kubectl", ...images.programs], {
    progress: say,
    signal,
  });
  const archives = await buildImages(images.names, { table: conformanceImages, progress: say, signal });
  const output = options.output ?? join(CACHE, new Date().toISOString().replaceAll(/[:.]/g, "-"));
  await mkdir(output, { recursive: true });
  say(`Bringing up a cluster, with ${archives.length} images`);
  const cluster = await startClusterWith(archives, {
    command: COMMAND,
    kubectl: programs.kubectl,
    up: ["--store", options.store, ...(options.nodes === 1 ? [] : ["--nodes", String(options.nodes)])],
  });
  try {
    return await run(options, { programs, cluster, output, signal });
  } finally {
    if (options.keep)
      say(`The cluster stays: export KUBECONFIG=${cluster.nodeKubeconfig}; ${cluster.machine.enter.join(" ")} sh`);
    else await cluster[Symbol.asyncDispose]();
  }
}

const REGISTRY = "registry.k8s.io";
const REGISTRY_PATIENCE_MS = 3_000;
const NO_IMAGES = { names: [], programs: [] } as const;

async function reachesRegistry(): Promise<boolean> {
  try {
    const answer = await fetch(`https://${REGISTRY}/v2/`, { signal: AbortSignal.timeout(REGISTRY_PATIENCE_MS) });
    return answer.ok;
  } catch {
    return false;
  }
}

interface RunContext {
  readonly programs: SuitePrograms;
  readonly cluster: Cluster;
  readonly output: string;
  readonly signal: AbortSignal;
}

async function run(options: ConformanceOptions, context: RunContext): Promise<number> {
  const started = performance.now();
  const results: SpecResult[] = [];
  for (const phase of phasesOf(options, await shortSet())) {
    if (context.signal.aborted) break;
    say(`\nKubernetes ${kubernetesVersion}, ${phase.title} specs, ${phase.procs} at once`);
    const began = performance.now();
    const onProgress = (progress: Progress) => say(progressLine(progress, performance.now() - began));
    results.push(...(await runPhase(phase, { ...context, onProgress })));
  }
  await writeFailures(results, join(context.output, "failures"), context.cluster.logs);
  const verdict = await judge(results, join(CACHE, "last.txt"));
  say(conclusion(results, verdict, performance.now() - started));
  say(`Reports: ${context.output}`);
  const isGood = options.short ? results.every(({ passed }) => passed) : verdict.broken.length === 0;
  return isGood && results.length > 0 && !context.signal.aborted ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isTold = [UsageError, ReferenceError, MissingPartsError].some((kind) => error instanceof kind);
  if (!isTold) throw error;
  console.error((error as Error).message);
  process.exitCode = 2;
}
