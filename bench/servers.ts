import { type ChildProcess, fork, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPki } from "../src/host/node/pki/directory.ts";
import { placesOf } from "../src/cluster/places.ts";
import { clientCertificate } from "../src/cluster/client-certificate.ts";
import { type Door, openConnection, requestBytes } from "./load/connection.ts";

/** An API server with its store, ready for load. */
export interface MeasuredServer extends AsyncDisposable {
  readonly name: string;
  readonly door: Door;
  /** From its start to its first good answer. */
  readonly readyMs: number;
  /** CPU of all its processes so far, in microseconds. */
  cpu(): number;
  /** Memory of all its processes, in bytes; shared pages count for each. */
  memory(): number;
}

/** Ours: the server process as `wherry up` runs it, loops and scheduler included. */
export async function startOurs(directory: string): Promise<MeasuredServer> {
  const port = 46443;
  const start = performance.now();
  const child = fork(join(import.meta.dirname, "serve.ts"), [directory, String(port)], { stdio: "inherit" });
  await once(child, "message");
  return measured("wherry", [child], doorOf(directory, port), start);
}

/** Kubernetes' own API server over etcd. @param bin where the two binaries are */
export async function startReference(directory: string, bin: string): Promise<MeasuredServer> {
  const [port, etcdPort] = [46444, 46445];
  const pki = openPki(placesOf(directory).pki, () => Date.now());
  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const ca = file("ca.pem", pki.authority.certificate);
  const key = file("sa.key", signingKey());
  const start = performance.now();
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const etcd = spawn(join(bin, "etcd"), [
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${etcdPort + 1}`,
  ]);
  const server = spawn(join(bin, "kube-apiserver"), [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--cert-dir=${join(directory, "certificates")}`,
    `--client-ca-file=${ca}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    "--authorization-mode=Node,RBAC",
    "--service-cluster-ip-range=10.96.0.0/16",
    // Its limits of requests in flight would measure its patience.
    "--enable-priority-and-fairness=false",
    "--max-requests-inflight=0",
    "--max-mutating-requests-inflight=0",
  ]);
  let said = "";
  for (const child of [etcd, server]) child.stderr.on("data", (text) => (said = `${said}${text}`.slice(-2_000)));
  server.once("exit", (code) => {
    if (code !== null) throw new Error(`kube-apiserver ended: ${said}`);
  });
  return measured("kube-apiserver", [server, etcd], doorOf(directory, port), start);
}

/** In the one form that Kubernetes reads as private and as public key. */
function signingKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
}

function doorOf(directory: string, port: number): Door {
  mkdirSync(directory, { recursive: true });
  const pki = openPki(placesOf(directory).pki, () => Date.now());
  const { certificate, key } = clientCertificate(pki, "bench", "bench", ["system:masters"]);
  return { port, certificate, key };
}

async function measured(
  name: string,
  children: readonly ChildProcess[],
  door: Door,
  start: number,
): Promise<MeasuredServer> {
  while (!(await answers(door))) await new Promise((resolve) => setTimeout(resolve, 20));
  const readyMs = performance.now() - start;
  return {
    name,
    door,
    readyMs,
    cpu: () => children.reduce((sum, { pid }) => sum + cpuOf(pid!), 0),
    memory: () => children.reduce((sum, { pid }) => sum + memoryOf(pid!), 0),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const gone = once(child, "exit");
          child.kill("SIGKILL");
          await gone;
        }),
      );
    },
  };
}

async function answers(door: Door): Promise<boolean> {
  try {
    const connection = await openConnection(door);
    const status = await connection.ask(requestBytes("GET", "/api/v1/namespaces/default"));
    connection.close();
    return status === 200;
  } catch {
    return false;
  }
}

/** The kernel counts in hundredths of a second. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
}
