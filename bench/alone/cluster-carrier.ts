import { parse } from "yaml";
import { createCarrier } from "../../src/host/node/http/carrier.ts";
import type { Cluster } from "../../test/cluster.ts";

/** Requests to a real cluster as its administrator. */
export async function carrierFor({ shell }: Cluster) {
  const { clusters, users } = parse(await shell.ok('cat "$KUBECONFIG"')) as Kubeconfig;
  const { cluster } = clusters[0]!;
  const { user } = users[0]!;
  return createCarrier({
    server: cluster.server,
    ca: pem(cluster["certificate-authority-data"]),
    certificate: pem(user["client-certificate-data"]),
    key: pem(user["client-key-data"]),
  });
}

function pem(data: string | undefined): string {
  return Buffer.from(data!, "base64").toString();
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string; readonly [data: string]: string } }[];
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}
