import type { Node, Taint } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { AdminAccess } from "../admin-access.ts";
import { podPartOf } from "../pod-part.ts";

/** A node that is to be registered. */
export interface NodeDraft {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** What it had before, where a cluster has forgotten its nodes and theirs run on; of both families with a comma between. */
  readonly podCidr?: string | undefined;
}

/**
 * Registers a node where it is not registered yet; one that is keeps what it has.
 * @returns its part of the pods' network, of both families with a comma between @throws with a sentence where none is left
 */
export function registerNode(
  access: AdminAccess,
  draft: NodeDraft,
  waits: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string> {
  const { signal } = waits;
  const look = async () => {
    const node = await access.ask("GET", `/api/v1/nodes/${draft.name}`, signal);
    return (node ?? (await access.ask("POST", "/api/v1/nodes", signal, nodeOf(draft)))) as Node;
  };
  return podPartOf(draft.name, look, waits);
}

/** The kubelet, once it runs, says the rest of what its node is. */
function nodeOf({ name, labels, taints, podCidr }: NodeDraft): object {
  const podCIDRs = podCidr?.split(",") ?? [];
  const networks = podCIDRs.length === 0 ? {} : { podCIDR: podCIDRs[0], podCIDRs };
  const spec = { ...networks, ...(taints.length === 0 ? {} : { taints }) };
  return { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec };
}
