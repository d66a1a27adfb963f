import { execFile } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { apiServerFlags, controllerFlags, etcdFlags, fileIn } from "../../tools/reference/flags.ts";
import type { ProgramName } from "../../tools/reference/programs.ts";
import type { Needs } from "../scenario.ts";
import { kubeconfigOf, type PlanePlace } from "./credentials.ts";
import { freePort, freePorts } from "../../src/host/node/machine/testing.ts";
import { doorOf, openAuthority, whenReady } from "./plane.ts";
import { type BenchProcess, startProcess } from "./process.ts";
import type { Side } from "./side.ts";

/** Which programs each plane is made of. */
export const programsOf: Readonly<Record<Needs["plane"], readonly ProgramName[]>> = {
  api: ["etcd", "kube-apiserver"],
  scheduler: ["etcd", "kube-apiserver", "kube-scheduler"],
  whole: ["etcd", "kube-apiserver", "kube-scheduler", "kube-controller-manager", "kwok"],
};

/** The real Kubernetes, of the programs that were built. kwok plays the kubelets of its nodes. */
export function kubernetes(programs: Readonly<Partial<Record<ProgramName, string>>>): Side {
  return {
    name: "Kubernetes",
    async start(directory, { plane, nodes = 0 }, signal) {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const place: Place = { directory, pki: openAuthority(directory), port: await freePort(), programs };
      const [etcdPort, peerPort] = (await freePorts(2)) as [number, number];
      const startedAtMs = performance.now();
      const processes: BenchProcess[] = [];
      const start = (name: ProgramName, args: readonly string[]) => {
        const command = [programs[name]!, ...args];
        processes.push(startProcess({ name, command, logFile: join(directory, `${name}.log`) }));
      };
      try {
        start("etcd", etcdFlags(directory, { port: etcdPort, peerPort }));
        start("kube-apiserver", apiServerArguments(place, etcdPort));
        const door = doorOf(place.pki, place.port);
        const mainPid = () => processes[1]!.pid;
        const running = await whenReady({ door, startedAtMs, processes, mainPid, signal });
        if (plane !== "api") start("kube-scheduler", schedulerArguments(place));
        if (plane === "whole") start("kube-controller-manager", controllerArguments(place));
        if (plane === "whole" && nodes > 0) start("kwok", await kwokArguments(place, await freePort()));
        return running;
      } catch (error) {
        for (const process of processes.toReversed()) await process[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

interface Place extends PlanePlace {
  readonly programs: Readonly<Partial<Record<ProgramName, string>>>;
}

function apiServerArguments({ directory, pki, port }: Place, etcdPort: number): readonly string[] {
  const serving = pki.certificate("apiserver", {
    subject: { commonName: "kube-apiserver" },
    usages: ["server auth"],
    names: ["127.0.0.1", "localhost"],
  });
  return [
    ...apiServerFlags(directory, pki, { port, etcdPort }),
    `--tls-cert-file=${fileIn(directory, "serving.crt", serving.certificate)}`,
    `--tls-private-key-file=${fileIn(directory, "serving.key", serving.key)}`,
    // Its limits of requests in flight would measure its patience.
    "--enable-priority-and-fairness=false",
    "--max-requests-inflight=0",
    "--max-mutating-requests-inflight=0",
  ];
}

/** Clients that hold themselves back would measure their patience, too. */
const REQUESTS_PER_SECOND = 5_000;

function schedulerArguments(place: Place): readonly string[] {
  const kubeconfig = kubeconfigOf(place, "kube-scheduler", "system:kube-scheduler");
  const configuration = {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig, qps: REQUESTS_PER_SECOND, burst: 2 * REQUESTS_PER_SECOND },
  };
  const file = fileIn(place.directory, "scheduler.yaml", JSON.stringify(configuration));
  return [`--config=${file}`, "--secure-port=0"];
}

/**
 * How long nodes may be silent. On few cores kwok is late with the signs of life of many nodes while pods come; pods whose node was
 * taken for lost are marked as not Ready, and kwok does not mark them as Ready again.
 */
const NODE_GRACE = "30m";

function controllerArguments(place: Place): readonly string[] {
  const kubeconfig = kubeconfigOf(place, "kube-controller-manager", "system:kube-controller-manager");
  return [
    ...controllerFlags(place.directory, kubeconfig),
    `--kube-api-qps=${REQUESTS_PER_SECOND}`,
    `--kube-api-burst=${2 * REQUESTS_PER_SECOND}`,
    `--node-monitor-grace-period=${NODE_GRACE}`,
  ];
}

/** What its nodes and pods play stands in files of its module: as they start, at once, and send signs of life. */
const STAGES = ["node/fast", "node/heartbeat-with-lease", "pod/fast"];
const KWOK_MODULE = fileURLToPath(new URL("../../tools/reference/kwok", import.meta.url));

async function stageFiles(): Promise<readonly string[]> {
  const list = ["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"];
  const { stdout } = await promisify(execFile)("go", list, { cwd: KWOK_MODULE });
  const folders = STAGES.map((stage) => join(stdout.trim(), "kustomize", "stage", stage));
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith(".yaml") && file !== "kustomization.yaml")
      .map((file) => join(folder, file)),
  );
}

async function kwokArguments(place: Place, port: number): Promise<readonly string[]> {
  return [
    ...(await stageFiles()).map((file) => `--config=${file}`),
    `--kubeconfig=${kubeconfigOf(place, "kwok", "kwok", "system:masters")}`,
    "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake",
    "--node-lease-duration-seconds=40",
    "--cidr=10.0.0.1/8",
    `--server-address=127.0.0.1:${port}`,
  ];
}
