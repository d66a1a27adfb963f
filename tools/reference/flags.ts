import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PkiDirectory } from "../../src/host/node/pki/directory.ts";

/** The networks of Services of every control plane that is started here. */
export const SERVICE_RANGE = "10.96.0.0/16";

/** Where an etcd listens, for its clients and for its peers, of which there are none. */
export interface EtcdPorts {
  readonly port: number;
  readonly peerPort: number;
}

/** Of an etcd of one member whose data lie in the directory. */
export function etcdFlags(directory: string, { port, peerPort }: EtcdPorts): readonly string[] {
  return [
    `--data-dir=${join(directory, "etcd")}`,
    `--listen-client-urls=http://127.0.0.1:${port}`,
    `--advertise-client-urls=http://127.0.0.1:${port}`,
    `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
    `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
  ];
}

/** What every kube-apiserver needs; writes the authority of its clients (`ca.pem`) and its signing key (`sa.key`) into the directory. */
export function apiServerFlags(
  directory: string,
  pki: PkiDirectory,
  { port, etcdPort }: { readonly port: number; readonly etcdPort: number },
): readonly string[] {
  const signingKey = fileIn(directory, "sa.key", serviceAccountKey());
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--client-ca-file=${fileIn(directory, "ca.pem", pki.authority.certificate)}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${signingKey}`,
    `--service-account-signing-key-file=${signingKey}`,
    "--authorization-mode=Node,RBAC",
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
  ];
}

/** What every kube-controller-manager needs beside an API server of the same directory. */
export function controllerFlags(directory: string, kubeconfig: string): readonly string[] {
  return [
    "--leader-elect=false",
    "--secure-port=0",
    `--kubeconfig=${kubeconfig}`,
    "--use-service-account-credentials",
    `--service-account-private-key-file=${join(directory, "sa.key")}`,
    `--root-ca-file=${join(directory, "ca.pem")}`,
  ];
}

/** Writes a file that is for its owner alone. @returns its path */
export function fileIn(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** In the one form that Kubernetes reads as private and as public key. */
function serviceAccountKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs1", format: "pem" })
    .toString();
}
