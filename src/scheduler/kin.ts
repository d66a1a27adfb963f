import { ReplicaSet } from "../api/apps/v1/replica-set.ts";
import { StatefulSet } from "../api/apps/v1/stateful-set.ts";
import { Pod } from "../api/core/v1/pod.ts";
import { ReplicationController } from "../api/core/v1/replication-controller.ts";
import { Service } from "../api/core/v1/service.ts";
import type { Cache } from "../client/cache.ts";
import { matches, type Selector, selectorFromLabels, selectorOf } from "../machinery/labels.ts";
import type { View } from "./plugin.ts";

/** The selectors of the Services and of the controller that a pod belongs to: its kin is spread by default. */
export function kinSelectors(cache: Cache): View["kinSelectors"] {
  cache.informer(Service);
  cache.informer(ReplicaSet);
  cache.informer(StatefulSet);
  cache.informer(ReplicationController);
  return (pod: Pod) => {
    const { namespace, labels = {}, ownerReferences = [] } = pod.metadata;
    const selectors: Selector[] = [];
    for (const { spec } of cache.list(Service, namespace)) {
      if (spec.selector === undefined || Object.keys(spec.selector).length === 0) continue;
      const selector = selectorFromLabels(spec.selector);
      if (matches(selector, labels)) selectors.push(selector);
    }
    const owner = ownerReferences.find(({ controller }) => controller === true);
    const key = `${namespace}/${owner?.name}`;
    if (owner?.kind === "ReplicaSet") selectors.push(...ofSelector(cache.get(ReplicaSet, key)?.spec.selector));
    else if (owner?.kind === "StatefulSet") selectors.push(...ofSelector(cache.get(StatefulSet, key)?.spec.selector));
    else if (owner?.kind === "ReplicationController") {
      const selector = cache.get(ReplicationController, key)?.spec.selector;
      if (selector !== undefined) selectors.push(selectorFromLabels(selector));
    }
    return selectors;
  };
}

function ofSelector(selector: Parameters<typeof selectorOf>[0]): readonly Selector[] {
  return selector === undefined ? [] : [selectorOf(selector)];
}
