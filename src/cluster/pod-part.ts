import type { Node } from "../api/generated/core-v1.ts";
import { type Clock, delay } from "../base/clock.ts";

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 60_000;

/**
 * Waits until a node has its part of the pods' network. One loop alone, node IPAM, gives parts away: machines may join at the same time.
 * @param look gives the node as it is now
 * @returns the part, of both families with a comma between @throws with a sentence where none is left
 */
export async function podPartOf(
  nodeName: string,
  look: () => Promise<Pick<Node, "spec">>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const { podCIDRs = [] } = (await look()).spec;
    if (podCIDRs.length > 0) return podCIDRs.join(",");
    if (clock.now() > until)
      throw new Error(`the cluster gives node ${nodeName} no network for its pods: all parts are taken`);
    await delay(clock, LOOK_AGAIN_MS, { signal });
  }
}
