import { mkdirSync } from "node:fs";
import { readIfThere, replaceFile } from "../host/node/disk/whole-file.ts";
import { join } from "node:path";
import { NODE_PREFIX, NODES } from "../apiserver/auth/groups.ts";
import type { KeyPair } from "../host/node/pki/certificate.ts";
import type { PkiDirectory } from "../host/node/pki/directory.ts";
import { clientCertificate } from "./client-certificate.ts";

/** What a node's agent shows and checks, in PEM. All parts of it act under the node's identity. */
export interface NodeCredentials {
  readonly authority: string;
  /** The node's own client certificate. */
  readonly kubelet: KeyPair;
  /** The certificate of the kubelet's own API; undefined before the cluster has signed one. */
  readonly serving: KeyPair | undefined;
}

/** A node as certificates name it. */
export function nodeSubject(nodeName: string) {
  return { commonName: `${NODE_PREFIX}${nodeName}`, organizations: [NODES] };
}

/** Makes a node's credentials where the cluster's authority is at hand, or renews those near their end, and writes them. */
export function issueCredentials(
  directory: string,
  pki: PkiDirectory,
  node: { readonly name: string; readonly addresses: readonly string[] },
): void {
  const { name } = node;
  const { commonName, organizations } = nodeSubject(name);
  writeCredentials(directory, {
    authority: pki.authority.certificate,
    kubelet: clientCertificate(pki, `node-${name}`, commonName, organizations),
    serving: pki.certificate(`node-${name}-serving`, {
      subject: { commonName, organizations },
      usages: ["server auth"],
      names: [name, ...node.addresses],
    }),
  });
}

/** Only their owner may read them. */
export function writeCredentials(directory: string, { authority, kubelet, serving }: NodeCredentials): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  replaceFile(join(directory, "ca.crt"), authority);
  writePair(directory, "kubelet", kubelet);
  if (serving !== undefined) writePair(directory, "serving", serving);
}

export function writePair(directory: string, name: "kubelet" | "serving", pair: KeyPair): void {
  // One file: there is no moment in which the certificate is another key's.
  replaceFile(join(directory, `${name}.pem`), `${pair.certificate.trimEnd()}\n${pair.key}`);
}

/** Undefined where no machine has joined as that node. */
export function readCredentials(directory: string): NodeCredentials | undefined {
  const authority = readIfThere(join(directory, "ca.crt"));
  const kubelet = readPair(directory, "kubelet");
  if (authority === undefined || kubelet === undefined) return undefined;
  return { authority, kubelet, serving: readPair(directory, "serving") };
}

const KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/;

function readPair(directory: string, name: string): KeyPair | undefined {
  const text = readIfThere(join(directory, `${name}.pem`));
  const key = text === undefined ? undefined : KEY.exec(text)?.[0];
  return text === undefined || key === undefined ? undefined : { certificate: text.replace(KEY, ""), key };
}
