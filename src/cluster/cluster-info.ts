import { CLUSTER_INFO } from "../api/bootstrap/token.ts";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { buildClusterInfo } from "../host/node/pki/kubeconfig.ts";
import { isStatus } from "../machinery/status.ts";

/** Says to everybody, without any credentials, how the cluster is reached and known; the tokens sign it. */
export async function ensureClusterInfo(
  client: Client,
  reached: { readonly server: string; readonly authority: string },
  signal: AbortSignal,
): Promise<void> {
  const data = { kubeconfig: buildClusterInfo(reached) };
  try {
    await client.create(ConfigMap, { metadata: CLUSTER_INFO, data }, { signal });
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
    // The address may have changed since the last start.
    await client.patch(ConfigMap, CLUSTER_INFO, mergePatch({ data }), { signal });
  }
}
