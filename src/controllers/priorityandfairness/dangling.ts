import { FlowSchema } from "../../api/flowcontrol/v1/flow-schema.ts";
import { PriorityLevelConfiguration } from "../../api/flowcontrol/v1/priority-level-configuration.ts";
import { applyPatch } from "../../client/client.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";
import { danglingCondition } from "./plan.ts";

/** Says of each flow schema whether its priority level is there. */
export const danglingController = defineController({
  name: "flowschemas-dangling",
  user: "system:apiserver",
  reconciles: FlowSchema,
  watches: [
    watched(PriorityLevelConfiguration, ({ metadata }, cache) =>
      cache
        .list(FlowSchema)
        .filter(({ spec }) => spec.priorityLevelConfiguration.name === metadata.name)
        .map((schema) => schema.metadata.name),
    ),
  ],
  async reconcile(key, { cache, client, clock, because, signal }) {
    const schema = cache.get(FlowSchema, key);
    if (schema === undefined) return settled;
    const isThere = cache.get(PriorityLevelConfiguration, schema.spec.priorityLevelConfiguration.name) !== undefined;
    const condition = danglingCondition(schema, isThere, clock.now());
    if (condition === undefined) return settled;
    because("its priority level is there, or is not");
    const { apiVersion, kind } = schema;
    const body = { apiVersion, kind, metadata: { name: key }, status: { conditions: [condition] } };
    const fieldManager = "api-priority-and-fairness-config-consumer-v1";
    const options = { subresource: "status", fieldManager, force: true, signal };
    await client.patch(FlowSchema, schema.metadata, applyPatch(body), options);
    return settled;
  },
});
