import { ClusterRole } from "../../api/rbac/v1/cluster-role.ts";
import { applyPatch } from "../../client/client.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { matches, selectorOf } from "../../machinery/labels.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";

type Rules = NonNullable<ClusterRole["rules"]>;

/** Gives a role that is made of others their rules. */
export const clusterRoleAggregationController = defineController({
  name: "clusterrole-aggregation",
  reconciles: ClusterRole,
  watches: [
    watched(ClusterRole, (_role, cache) =>
      cache
        .list(ClusterRole)
        .filter(({ aggregationRule }) => aggregationRule !== undefined)
        .map(({ metadata }) => metadata.name),
    ),
  ],
  async reconcile(key, { cache, client, because, signal }) {
    const role = cache.get(ClusterRole, key);
    if (role?.aggregationRule === undefined) return settled;
    const rules = aggregatedRules(role, cache.list(ClusterRole));
    if (sameJson(rules, role.rules ?? [])) return settled;
    because("the roles that it is made of have other rules");
    const { apiVersion, kind } = role;
    const body = { apiVersion, kind, metadata: { name: key }, rules };
    const fieldManager = "clusterrole-aggregation-controller";
    await client.patch(ClusterRole, role.metadata, applyPatch(body), { fieldManager, force: true, signal });
    return settled;
  },
});

/** The rules of all selected roles, selector by selector and then by name, each once. */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): Rules {
  const rules: Rules[number][] = [];
  const sorted = all.toSorted((a, b) => byteOrder(a.metadata.name, b.metadata.name));
  for (const labelSelector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const selector = selectorOf(labelSelector);
    for (const other of sorted) {
      if (other.metadata.name === role.metadata.name || !matches(selector, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((known) => sameJson(known, rule))) rules.push(rule);
    }
  }
  return rules;
}
