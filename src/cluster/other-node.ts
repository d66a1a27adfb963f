import { networkOwner } from "../host/node/machine/network-claim.ts";
import { readRunning } from "./running.ts";

/** Why this machine cannot become a node of a cluster: it is one of another cluster, which runs. Undefined where it can. */
export async function otherNodeProblem(dataDirectory: string): Promise<string | undefined> {
  const owner = await networkOwner();
  if (owner === undefined || owner.dataDirectory === dataDirectory) return undefined;
  if ((await readRunning(owner.dataDirectory)) === undefined) return undefined;
  return `this machine is node ${owner.nodeName} of the cluster in ${owner.dataDirectory}, which runs: stop it with 'wherry down --data-dir ${owner.dataDirectory}'`;
}
