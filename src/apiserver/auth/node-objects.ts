import type { TaskGroup } from "../../base/task-group.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { Store } from "../../store/contract.ts";
import type { NodeObjects } from "./node.ts";

const PODS = "core/pods/";

/** Nodes' pods and what they use, as the store has them; pods are kept by node. */
export function nodeObjects(store: Store<KubeObject>, tasks: TaskGroup): NodeObjects {
  const byNode = new Map<string, Map<string, KubeObject>>();
  const place = (key: string, pod: KubeObject, present: boolean) => {
    const node = nodeNameOf(pod);
    if (node === undefined) return;
    let pods = byNode.get(node);
    if (pods === undefined) byNode.set(node, (pods = new Map()));
    if (present) pods.set(key, pod);
    else pods.delete(key);
    if (pods.size === 0) byNode.delete(node);
  };
  tasks.spawn(async (signal) => {
    // Whatever ends one watch, the next begins with everything that is there.
    while (!signal.aborted) {
      byNode.clear();
      const { entries, revision } = store.list(PODS);
      for (const { key, value } of entries) place(key, value, true);
      for await (const batch of store.watch(PODS, revision, { signal })) {
        for (const { type, entry } of batch) place(entry.key, entry.value, type !== "delete");
      }
    }
  });
  return {
    podsOn: (node) => byNode.get(node)?.values() ?? [],
    get(resource, namespace, name) {
      const dot = resource.indexOf(".");
      const room = dot < 0 ? `core/${resource}` : `${resource.slice(dot + 1)}/${resource.slice(0, dot)}`;
      return store.get(`${room}/${namespace === "" ? "" : `${namespace}/`}${name}`)?.value;
    },
  };
}

function nodeNameOf(pod: KubeObject): string | undefined {
  const { nodeName } = (pod as KubeObject & { readonly spec: { readonly nodeName?: string } }).spec;
  return nodeName === "" ? undefined : nodeName;
}
