import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { clientCertificate } from "../../src/cluster/client-certificate.ts";
import { placesOf } from "../../src/cluster/places.ts";
import { freePorts } from "../../src/host/node/machine/testing.ts";
import { buildKubeconfig } from "../../src/host/node/pki/kubeconfig.ts";
import { openPki, type PkiDirectory } from "../../src/host/node/pki/directory.ts";
import { ReferenceError } from "./build.ts";
import { apiServerFlags, controllerFlags, etcdFlags, fileIn, SERVICE_RANGE } from "./flags.ts";

export interface ReferenceOptions {
  /** Where its data, certificates and logs go. */
  readonly directory: string;
  /** Paths of the programs, as `buildReference` gives them. */
  readonly programs: Readonly<Record<"etcd" | "kube-apiserver", string>> &
    Partial<Readonly<Record<"kube-controller-manager" | "kube-scheduler", string>>>;
  /** Put behind the flags that are always given. */
  readonly apiServerFlags?: readonly string[];
  readonly etcdFlags?: readonly string[];
}

/** Kubernetes' own control plane, running on this machine without any node. */
export interface ReferenceControlPlane extends AsyncDisposable {
  /** The API server's, on the loopback address. */
  readonly port: number;
  readonly pki: PkiDirectory;
  /** All that runs, etcd first. */
  readonly processes: readonly ChildProcess[];
  /** Starts kube-controller-manager and kube-scheduler. The API server must have made its default roles: they end without them. */
  startLoops(): void;
  /** @throws {ReferenceError} when one of its processes has ended by itself */
  check(): void;
}

const READY_PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/**
 * Starts etcd and kube-apiserver; resolves once the API server is ready, its default roles included.
 * @throws {ReferenceError} when one of them ends, or takes too long
 */
export async function startReferenceControlPlane(options: ReferenceOptions): Promise<ReferenceControlPlane> {
  const { directory, programs } = options;
  mkdirSync(directory, { recursive: true });
  const pki = openPki(placesOf(directory).pki, () => Date.now());
  const [port, etcdPort, peerPort] = (await freePorts(3)) as [number, number, number];
  const family = createFamily(directory);
  await using started = new AsyncDisposableStack();
  started.defer(() => family.end());
  family.start(programs.etcd, [...etcdFlags(directory, { port: etcdPort, peerPort }), ...(options.etcdFlags ?? [])]);
  family.start(programs["kube-apiserver"], [
    ...apiServerFlags(directory, pki, { port, etcdPort }),
    ...ownFlags(directory),
    ...(options.apiServerFlags ?? []),
  ]);
  await untilReady(directory, pki, port, family);
  const owned = started.move();
  return {
    port,
    pki,
    processes: family.processes,
    check: () => family.check(),
    startLoops: () => startLoops(options, pki, port, family),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What this control plane is given beyond what every one needs. */
function ownFlags(directory: string): readonly string[] {
  return [
    // Where pods would reach it; a loopback address is none for them.
    "--advertise-address=10.0.0.1",
    `--cert-dir=${join(directory, "certificates")}`,
    // As kubeadm starts it.
    "--allow-privileged=true",
    "--enable-admission-plugins=NodeRestriction",
  ];
}

function startLoops({ directory, programs }: ReferenceOptions, pki: PkiDirectory, port: number, family: Family): void {
  const kubeconfig = (component: string) =>
    fileIn(
      directory,
      `${component}.kubeconfig`,
      buildKubeconfig({
        name: component,
        server: `https://127.0.0.1:${port}`,
        // The API server's own certificate is signed by itself.
        authority: readFileSync(join(directory, "certificates", "apiserver.crt"), "utf8"),
        user: clientCertificate(pki, component, `system:${component}`, []),
      }),
    );
  if (programs["kube-controller-manager"] !== undefined) {
    family.start(programs["kube-controller-manager"], [
      ...controllerFlags(directory, kubeconfig("kube-controller-manager")),
      "--allocate-node-cidrs",
      "--cluster-cidr=10.244.0.0/16",
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
    ]);
  }
  if (programs["kube-scheduler"] !== undefined) {
    family.start(programs["kube-scheduler"], [
      "--leader-elect=false",
      "--secure-port=0",
      `--kubeconfig=${kubeconfig("kube-scheduler")}`,
    ]);
  }
}

/** Processes that live and end together; what each says goes into a file of its name. */
interface Family {
  readonly processes: ChildProcess[];
  start(program: string, flags: readonly string[]): void;
  check(): void;
  end(): Promise<void>;
}

function createFamily(directory: string): Family {
  const processes: ChildProcess[] = [];
  let ended: string | undefined;
  let ending = false;
  return {
    processes,
    start(program, flags) {
      const name = program.split("/").at(-1)!;
      const path = join(directory, `${name}.log`);
      const log = openSync(path, "a");
      // A session of their own: Ctrl-C is for us, who take them down in order.
      const child = spawn(program, flags, { stdio: ["ignore", log, log], detached: true });
      closeSync(log);
      child.once("error", (error) => (ended ??= `${name} does not start: ${error.message}`));
      child.once("exit", (code, signal) => {
        if (!ending) ended ??= `${name} ended (${signal ?? `code ${code}`}): ${lastWords(path)}`;
      });
      processes.push(child);
    },
    check() {
      if (ended !== undefined) throw new ReferenceError(ended);
    },
    async end() {
      ending = true;
      for (const child of processes.toReversed()) {
        if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        await gone;
      }
    },
  };
}

function lastWords(path: string): string {
  return readFileSync(path, "utf8").trim().split("\n").slice(-3).join("\n").slice(-1_500);
}

async function untilReady(directory: string, pki: PkiDirectory, port: number, family: Family): Promise<void> {
  const { certificate, key } = clientCertificate(pki, "admin", "kubernetes-admin", ["system:masters"]);
  const { Agent, get } = await import("node:https");
  const agent = new Agent({ cert: certificate, key, rejectUnauthorized: false });
  const ready = () =>
    new Promise<boolean>((resolve) => {
      const asked = get({ host: "127.0.0.1", port, path: "/readyz", agent }, (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      });
      asked.on("error", () => resolve(false));
    });
  const deadline = Date.now() + READY_PATIENCE_MS;
  while (!(await ready())) {
    family.check();
    if (Date.now() > deadline) {
      const words = lastWords(join(directory, "kube-apiserver.log"));
      throw new ReferenceError(`kube-apiserver is not ready after ${READY_PATIENCE_MS / 1000} s: ${words}`);
    }
    await sleep(PAUSE_MS);
  }
}
