import type { Node, Taint } from "../../api/generated/core-v1.ts";
import { type Clock, delay } from "../../base/clock.ts";
import type { AdminAccess } from "../admin-access.ts";

/** A node that is to be registered. */
export interface NodeDraft {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** What it had before, where a cluster has forgotten its nodes and theirs run on; of both families with a comma between. */
  readonly podCidr?: string | undefined;
}

const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 10_000;

/**
 * Registers a node where it is not registered yet, and waits for its part of the pods' network. One loop alone, node IPAM, gives parts
 * away: machines may join at the same time. A node that is registered keeps what it has.
 * @returns the part, of both families with a comma between @throws with a sentence where none is left
 */
export async function podPartOf(
  access: AdminAccess,
  draft: NodeDraft,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string> {
  const until = clock.now() + PATIENCE_MS;
  for (;;) {
    const node = (await access.ask("GET", `/api/v1/nodes/${draft.name}`, signal)) as Node | undefined;
    if (node === undefined) await access.ask("POST", "/api/v1/nodes", signal, nodeOf(draft));
    const parts = node?.spec.podCIDRs ?? [];
    if (parts.length > 0) return parts.join(",");
    if (clock.now() > until)
      throw new Error(`the cluster gives node ${draft.name} no network for its pods: all parts are taken`);
    await delay(clock, LOOK_AGAIN_MS, { signal });
  }
}

/** The kubelet, once it runs, says the rest of what its node is. */
function nodeOf({ name, labels, taints, podCidr }: NodeDraft): object {
  const podCIDRs = podCidr?.split(",") ?? [];
  const networks = podCIDRs.length === 0 ? {} : { podCIDR: podCIDRs[0], podCIDRs };
  const spec = { ...networks, ...(taints.length === 0 ? {} : { taints }) };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec };
}
