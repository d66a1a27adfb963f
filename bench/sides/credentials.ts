import { clientCertificate } from "../../src/cluster/client-certificate.ts";
import { buildKubeconfig } from "../../src/host/node/pki/kubeconfig.ts";
import type { PkiDirectory } from "../../src/host/node/pki/directory.ts";
import { fileIn } from "../../tools/reference/flags.ts";

/** Where a control plane's files lie, who signs its certificates, and where it listens. */
export interface PlanePlace {
  readonly directory: string;
  readonly pki: PkiDirectory;
  readonly port: number;
}

/** @returns the path of a kubeconfig for this user */
export function kubeconfigOf(
  { directory, pki, port }: PlanePlace,
  name: string,
  user: string,
  ...groups: readonly string[]
): string {
  const text = buildKubeconfig({
    name,
    server: `https://127.0.0.1:${port}`,
    authority: pki.authority.certificate,
    user: clientCertificate(pki, name, user, groups),
  });
  return fileIn(directory, `${name}.kubeconfig`, text);
}
