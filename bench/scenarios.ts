import type { Scenario } from "./scenario.ts";
import { binds } from "./scenarios/bind.ts";
import { creates } from "./scenarios/create.ts";
import { deployment } from "./scenarios/deployment.ts";
import { get } from "./scenarios/get.ts";
import { idle } from "./scenarios/idle.ts";
import { informers } from "./scenarios/informer.ts";
import { listPages, listPods } from "./scenarios/list.ts";
import { namespaceDeletion } from "./scenarios/namespace.ts";
import { patchStatus } from "./scenarios/patch.ts";
import { start } from "./scenarios/start.ts";
import { watches } from "./scenarios/watch.ts";

/** Everything that is measured on both sides, in the order of a run. */
export const scenarios: readonly Scenario[] = [
  get,
  listPods,
  ...creates,
  patchStatus,
  ...watches,
  ...informers,
  listPages,
  namespaceDeletion,
  start,
  idle,
  ...binds,
  deployment,
];
