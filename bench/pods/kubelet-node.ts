import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../src/client/client.ts";
import { httpTransport } from "../../src/client/http-transport.ts";
import { startTestNode } from "../../src/host/node/containerd/test-node.ts";
import { createCarrier } from "../../src/host/node/http/carrier.ts";
import { fileIn } from "../../tools/reference/flags.ts";
import { kubeconfigOf } from "../sides/credentials.ts";
import { kubernetes } from "../sides/kubernetes.ts";
import { freePort } from "../../src/host/node/machine/testing.ts";
import { openAuthority } from "../sides/plane.ts";
import { cpuMicrosOf, startProcess } from "../sides/process.ts";
import type { ProgramName } from "../../tools/reference/programs.ts";
import type { PodNode } from "./pod-node.ts";

/** What a real node is made of, beside containerd. */
export const KUBELET_PROGRAMS = [
  "etcd",
  "kube-apiserver",
  "kube-scheduler",
  "kube-controller-manager",
  "kubelet",
] as const satisfies readonly ProgramName[];

const NAME = "real";
/** They tell the containerds' networks from those of tests. */
const NUMBER = 9;
const ALONE_NUMBER = 8;

/** The real kubelet on a containerd of its own, under the real control plane. Services and names play no part in it. */
export async function startKubeletNode(
  programs: Readonly<Record<(typeof KUBELET_PROGRAMS)[number], string>>,
  signal: AbortSignal,
): Promise<PodNode> {
  await using opened = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "wherry-bench-"));
  opened.defer(() => rmSync(directory, { recursive: true, force: true }));
  const node = opened.use(await startTestNode(NUMBER));
  // The real kubelet ends every sandbox that it does not know.
  const alone = opened.use(await startTestNode(ALONE_NUMBER));
  const plane = opened.use(await kubernetes(programs).start(directory, { plane: "whole", state: "fresh" }, signal));
  makeCgroups(node.cgroupParent);
  const { port, certificate, key } = plane.door;
  const place = { directory, pki: openAuthority(directory), port };
  const configuration = {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: node.containerd.address,
    port: await freePort(),
    healthzPort: 0,
    authentication: { anonymous: { enabled: false }, x509: { clientCAFile: join(directory, "ca.pem") } },
    cgroupDriver: "cgroupfs",
    cgroupRoot: node.cgroupParent,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    oomScoreAdj: 0,
    evictionHard: { "memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    podLogsDir: join(node.directory, "pod-logs"),
  };
  const config = fileIn(directory, "kubelet.yaml", JSON.stringify(configuration));
  const kubelet = opened.use(
    startProcess({
      name: "kubelet",
      command: [
        ...node.options.enter,
        programs.kubelet,
        `--config=${config}`,
        `--kubeconfig=${kubeconfigOf(place, "kubelet", `system:node:${NAME}`, "system:nodes")}`,
        `--hostname-override=${NAME}`,
        `--root-dir=${join(node.directory, "kubelet")}`,
        `--cert-dir=${join(directory, "kubelet-pki")}`,
      ],
      logFile: join(directory, "kubelet.log"),
    }),
  );
  const carrier = opened.use(
    createCarrier({ server: `https://127.0.0.1:${port}`, ca: place.pki.authority.certificate, certificate, key }),
  );
  const owned = opened.move();
  return {
    name: "Kubernetes",
    client: createClient(httpTransport(carrier, "bench")),
    runtime: node.runtime,
    alone: { runtime: alone.runtime, cgroupParent: alone.cgroupParent },
    check: () => kubelet.check(),
    cpuMs: () => ({ controlPlane: plane.cpuMicros() / 1_000, node: cpuMicrosOf(kubelet.pid) / 1_000 }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const CGROUPS = "/sys/fs/cgroup";

/** The kubelet takes its root only where it is there already, in every hierarchy. It goes with the node. */
function makeCgroups(parent: string): void {
  for (const hierarchy of ["", ...readdirSync(CGROUPS)]) {
    const root = join(CGROUPS, hierarchy);
    if (existsSync(join(root, "cgroup.procs"))) mkdirSync(join(root, parent), { recursive: true });
  }
}
