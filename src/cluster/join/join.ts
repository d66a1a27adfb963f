import { Node } from "../../api/core/v1/node.ts";
import { forbiddenLabels } from "../../apiserver/admission/node-restriction/labels.ts";
import { KUBERNETES_VERSION } from "../../apiserver/version.ts";
import type { Clock } from "../../base/clock.ts";
import { type Client, createClient } from "../../client/client.ts";
import { httpTransport } from "../../client/http-transport.ts";
import { createCarrier } from "../../host/node/http/carrier.ts";
import type { HostNetwork } from "../../host/node/machine/networks.ts";
import { isStatus, StatusError } from "../../machinery/status.ts";
import { type ClusterNetworks, readClusterConfiguration } from "../cluster-configuration.ts";
import type { NodeCredentials } from "../credentials.ts";
import { CannotJoin } from "./cannot-join.ts";
import { discover, type JoinRequest } from "./discover.ts";
import { overlapProblem } from "./overlap.ts";
import { requestCertificate } from "./request-certificate.ts";

export interface Joining extends Omit<JoinRequest, "now"> {
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Networks that this machine has already. */
  readonly hostNetworks: readonly HostNetwork[];
  /** Why this machine's kernel makes no tunnels; undefined where it does. */
  readonly tunnelProblem: () => Promise<string | undefined>;
  readonly clock: Clock;
}

/** How programs that join tell the API server who they are. */
export const USER_AGENT = `wherry-agent/${KUBERNETES_VERSION}`;

/**
 * Makes this machine a node of that name, as far as certificates go. All that can be wrong with the machine, the token or the
 * server is found before the cluster is asked for anything that stays.
 * @throws {CannotJoin}
 */
export async function join(joining: Joining): Promise<NodeCredentials> {
  const { server, token, nodeName, clock, signal } = joining;
  const [label] = forbiddenLabels(joining.labels);
  if (label !== undefined) {
    throw new CannotJoin(`a node may not give itself the label ${label}: 'kubectl label node ${nodeName}' may`);
  }
  const authority = await discover({ ...joining, now: () => clock.now() });
  using carrier = createCarrier({ server, ca: authority, token });
  const client = createClient(httpTransport(carrier, USER_AGENT));
  try {
    await checkNetworks(await readClusterConfiguration(client, signal), joining);
    await checkName(client, nodeName, signal);
    const asked = { client, nodeName, purpose: "client", names: [], clock, signal } as const;
    return { authority, kubelet: await requestCertificate(asked), serving: undefined };
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof CannotJoin ? error : new CannotJoin(sentence(error, joining), { cause: error });
  }
}

async function checkNetworks(
  { podCidr, serviceCidr, network }: ClusterNetworks,
  { hostNetworks, tunnelProblem }: Joining,
): Promise<void> {
  const overlap = overlapProblem({ pods: podCidr, services: serviceCidr }, hostNetworks);
  if (overlap !== undefined) throw new CannotJoin(overlap);
  // Where the cluster leaves it to its nodes, whether a tunnel is needed is seen when all have said what is on their links.
  const problem = network === "vxlan" ? await tunnelProblem() : undefined;
  if (problem !== undefined) throw new CannotJoin(problem);
}

/** A node that is alive keeps its name: two machines under one name would take each other's pods down. */
async function checkName(client: Client, name: string, signal: AbortSignal): Promise<void> {
  try {
    const { status } = await client.get(Node, { name }, { signal });
    const ready = status.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True") return;
  } catch (error) {
    if (isStatus(error, "NotFound")) return;
    throw error;
  }
  throw new CannotJoin(`there is a node ${name} already, and it is Ready: give this one another --node-name`);
}

function sentence(error: unknown, { server, token }: Joining): string {
  const id = token.split(".")[0];
  if (isStatus(error, "Unauthorized"))
    return `${server} does not let token ${id} in: its time is over, or it may only sign`;
  if (error instanceof StatusError) return `${server} refused: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
