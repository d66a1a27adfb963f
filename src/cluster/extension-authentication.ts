import { ConfigMap } from "../api/core/v1/config-map.ts";
import { USER_HEADERS } from "../apiserver/aggregation/aggregator.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { isStatus } from "../machinery/status.ts";

/** By what name this API server speaks for others to other API servers. */
export const FRONT_PROXY = "front-proxy-client";

const PLACE = { namespace: "kube-system", name: "extension-apiserver-authentication" };

/** Tells API servers of the cluster whom they can take at their word, and how clients are known. */
export async function ensureExtensionAuthentication(
  client: Client,
  authorities: { readonly clients: string; readonly frontProxy: string },
  signal: AbortSignal,
): Promise<void> {
  const data = {
    "client-ca-file": authorities.clients,
    "requestheader-allowed-names": JSON.stringify([FRONT_PROXY]),
    "requestheader-client-ca-file": authorities.frontProxy,
    "requestheader-extra-headers-prefix": JSON.stringify([USER_HEADERS.extra]),
    "requestheader-group-headers": JSON.stringify([USER_HEADERS.group]),
    "requestheader-uid-headers": JSON.stringify([]),
    "requestheader-username-headers": JSON.stringify([USER_HEADERS.user]),
  };
  try {
    await client.create(ConfigMap, { metadata: PLACE, data }, { signal });
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
    await client.patch(ConfigMap, PLACE, mergePatch({ data }), { signal });
  }
}
