import type { NodeRequest, UpProgress } from "../cli/context.ts";
import { placesOf } from "../cluster/places.ts";
import { askControl } from "../host/node/control/control.ts";
import { runningOn } from "./api-access.ts";

/** Asks the `wherry up` that runs for something with a further node. @returns the node's name */
export async function askForNode(
  dataDirectory: string,
  request: NodeRequest,
  { step }: UpProgress,
  signal: AbortSignal,
): Promise<string> {
  const { nodeName, joined } = await runningOn(dataDirectory);
  if (joined === true) throw new Error("this machine is a node of a cluster elsewhere: further nodes are that one's");
  if (nodeName === undefined) throw new Error("this cluster has no real nodes on this machine");
  try {
    return (await askControl(placesOf(dataDirectory).running, request, step, signal)) as string;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ECONNREFUSED") throw error;
    throw new Error("the cluster is just coming up: try again in a moment", { cause: error });
  }
}
