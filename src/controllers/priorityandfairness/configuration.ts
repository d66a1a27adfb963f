import { FlowSchema } from "../../api/flowcontrol/v1/flow-schema.ts";
import { PriorityLevelConfiguration } from "../../api/flowcontrol/v1/priority-level-configuration.ts";
import type { Kind } from "../../api/kind.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";
import { keptLevels, keptSchemas, type Kept, planConfiguration } from "./plan.ts";

/** Who manages the fields of what it writes. */
export const PRODUCER = "api-priority-and-fairness-config-producer-v1";

/** Keeps what says which requests go first as every cluster has it. Kubernetes looks once a minute, this when something changes. */
export const priorityLevelsController = configurationController(
  "prioritylevelconfigurations",
  PriorityLevelConfiguration,
  keptLevels,
);
export const flowSchemasController = configurationController("flowschemas", FlowSchema, keptSchemas);

function configurationController<C extends PriorityLevelConfiguration | FlowSchema>(
  name: string,
  kind: Kind<C>,
  kept: Kept<C>,
): Controller<C> {
  return defineController<C>({
    name,
    user: "system:apiserver",
    reconciles: kind,
    async reconcile(key, { cache, client, because, signal }) {
      const plan = planConfiguration(key, cache.get(kind, key), kept);
      const options = { fieldManager: PRODUCER, signal };
      switch (plan.act) {
        case "create":
          because("every cluster has it");
          await client.create(kind, plan.object, options);
          break;
        case "update":
          because("it is kept as it is meant");
          await client.update(kind, plan.object as never, options);
          break;
        case "delete":
          because("it is marked as one of those that every cluster has, and is not");
          await client.delete(kind, { name: key }, { signal });
          break;
        case "nothing":
      }
      return settled;
    },
  });
}
