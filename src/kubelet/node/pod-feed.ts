import type { Pod } from "../../api/generated/core-v1.ts";
import type { Informer, InformerParts, ObjectChange } from "../../client/informer.ts";
import { startInformer } from "../../client/informer.ts";
import { PodKind } from "../kinds.ts";

/** Where a kubelet hears of its pods. */
export interface PodFeed {
  /** Tells of every pod of the node that is there, then of each change. Returns what ends it. */
  subscribe(nodeName: string, listener: (change: ObjectChange<Pod>) => void): () => void;
  /** Resolves once the pods that were there have been told. */
  readonly synced: Promise<void>;
}

/** A node's own watch of its own pods. */
export function ownPodFeed(nodeName: string, parts: InformerParts): PodFeed {
  const informer = startInformer(PodKind, parts, {
    fieldSelector: `spec.nodeName=${nodeName}`,
    keeps: "content",
  });
  return { subscribe: (_node, listener) => informer.subscribe(listener), synced: informer.synced };
}

const NODE_INDEX = "node";

/** One watch for all the nodes of one process. */
export function sharedPodFeed(parts: InformerParts): PodFeed {
  const byNode = (pod: Pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]);
  const informer: Informer<Pod> = startInformer(PodKind, parts, {
    fieldSelector: "spec.nodeName!=",
    indexes: { [NODE_INDEX]: byNode },
    keeps: "content",
  });
  const listeners = new Map<string, (change: ObjectChange<Pod>) => void>();
  informer.subscribe((change) => listeners.get(change.object.spec.nodeName ?? "")?.(change));
  return {
    synced: informer.synced,
    subscribe(nodeName, listener) {
      for (const object of informer.by(NODE_INDEX, nodeName)) listener({ type: "added", object });
      listeners.set(nodeName, listener);
      return () => void listeners.delete(nodeName);
    },
  };
}
