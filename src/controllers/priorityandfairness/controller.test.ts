import assert from "node:assert/strict";
import { test } from "node:test";
import { FlowSchema } from "../../api/flowcontrol/v1/flow-schema.ts";
import { PriorityLevelConfiguration } from "../../api/flowcontrol/v1/priority-level-configuration.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate } from "../../cluster/testing.ts";
import type { Controller } from "../../reconciler/controller.ts";
import { flowSchemasController, priorityLevelsController } from "./configuration.ts";
import { danglingController } from "./dangling.ts";

const { signal } = new AbortController();
const controllers = [
  priorityLevelsController,
  flowSchemasController,
  danglingController,
] as readonly unknown[] as readonly Controller[];

test("priorityandfairness: what every cluster has comes back, deleted or changed", async () => {
  await using world = await simulate({ controllers });
  await world.settle();
  const levels = () => world.list(PriorityLevelConfiguration).map(({ metadata, spec }) => [metadata.name, spec]);
  const schemas = () => world.list(FlowSchema).map(({ metadata, spec }) => [metadata.name, spec]);
  const before = [levels(), schemas()];
  assert.deepEqual([levels().length, schemas().length], [8, 11]);
  await world.client.delete(PriorityLevelConfiguration, { name: "exempt" }, { signal });
  await world.client.delete(FlowSchema, { name: "probes" }, { signal });
  const lent = mergePatch({ spec: { limited: { lendablePercent: 1 } } });
  await world.client.patch(PriorityLevelConfiguration, { name: "system" }, lent, { signal });
  await world.settle();
  assert.deepEqual([levels(), schemas()], before);
  await world.assertQuiet();
});

test("priorityandfairness: a flow schema says whether its priority level is there", async () => {
  await using world = await simulate({ controllers });
  const told = (name: string) =>
    world.list(FlowSchema).find(({ metadata }) => metadata.name === name)?.status.conditions?.[0]?.reason;
  await world.apply(FlowSchema, { metadata: { name: "mine" }, spec: { priorityLevelConfiguration: { name: "mine" } } });
  await world.settle();
  assert.deepEqual([told("exempt"), told("mine")], ["Found", "NotFound"]);
  const spec = { type: "Limited", limited: { limitResponse: { type: "Reject" } } };
  await world.apply(PriorityLevelConfiguration, { metadata: { name: "mine" }, spec });
  await world.settle();
  assert.equal(told("mine"), "Found");
  await world.client.delete(PriorityLevelConfiguration, { name: "mine" }, { signal });
  await world.settle();
  assert.equal(told("mine"), "NotFound");
  await world.assertQuiet();
});
