import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serviceAccountGroups, serviceAccountUser } from "../apiserver/auth/service-account.ts";
import type { KeyPair } from "../host/node/pki/certificate.ts";
import type { PkiDirectory } from "../host/node/pki/directory.ts";
import { clientCertificate } from "./client-certificate.ts";

/** What a node's agent shows and checks, in PEM. Each part of it acts under an identity of its own. */
export interface NodeCredentials {
  readonly authority: string;
  readonly kubelet: KeyPair;
  readonly proxy: KeyPair;
  readonly dns: KeyPair;
  /** The certificate of the kubelet's own API. */
  readonly serving: KeyPair;
}

const PAIRS = ["kubelet", "proxy", "dns", "serving"] as const;

/** Makes a node's credentials, or renews those near their end, and writes them where its agent reads them. */
export function writeCredentials(
  directory: string,
  pki: PkiDirectory,
  node: { readonly name: string; readonly addresses: readonly string[] },
): void {
  const { name } = node;
  const dnsUser = serviceAccountUser("kube-system", "coredns");
  const pairs: Record<(typeof PAIRS)[number], KeyPair> = {
    kubelet: clientCertificate(pki, `node-${name}`, `system:node:${name}`, ["system:nodes"]),
    proxy: clientCertificate(pki, "proxy", "system:kube-proxy", []),
    dns: clientCertificate(pki, "dns", dnsUser, serviceAccountGroups("kube-system")),
    serving: pki.certificate(`node-${name}-serving`, {
      subject: { commonName: `system:node:${name}`, organizations: ["system:nodes"] },
      usages: ["server auth"],
      names: [name, ...node.addresses],
    }),
  };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  write(join(directory, "ca.crt"), pki.authority.certificate);
  for (const pair of PAIRS) {
    write(join(directory, `${pair}.crt`), pairs[pair].certificate);
    write(join(directory, `${pair}.key`), pairs[pair].key);
  }
}

export function readCredentials(directory: string): NodeCredentials {
  const pair = (name: string): KeyPair => ({
    certificate: readFileSync(join(directory, `${name}.crt`), "utf8"),
    key: readFileSync(join(directory, `${name}.key`), "utf8"),
  });
  return {
    authority: readFileSync(join(directory, "ca.crt"), "utf8"),
    kubelet: pair("kubelet"),
    proxy: pair("proxy"),
    dns: pair("dns"),
    serving: pair("serving"),
  };
}

function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}
