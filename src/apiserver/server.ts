import { builtInKinds } from "../api/kinds.ts";
import { createRegistry, type KindRegistry } from "../api/registry.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Transport } from "../client/call.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Store } from "../store/contract.ts";
import { createAdmission } from "./admission/admission.ts";
import { defaultTolerations } from "./admission/default-tolerations.ts";
import { lookupIn } from "./admission/lookup.ts";
import { namespaceLifecycle } from "./admission/namespace-lifecycle.ts";
import { priority } from "./admission/priority.ts";
import { serviceAccount } from "./admission/service-account.ts";
import { createRbac, type Rbac } from "./auth/rbac.ts";
import type { User } from "./auth/user.ts";
import { inProcessTransport } from "./in-process.ts";
import { createPerform, type Perform, type SubresourceHandler } from "./perform.ts";
import { roleSource } from "./role-source.ts";
import { bindPod } from "./storage/binding.ts";
import type { StorageContext } from "./storage/context.ts";

export interface ApiServerParts {
  readonly store: Store<KubeObject>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Owns what the server runs in the background. */
  readonly tasks: TaskGroup;
}

/** An API server without any carrier: functions over a store. */
export interface ApiServer {
  readonly registry: KindRegistry;
  readonly authorizer: Rbac;
  readonly perform: Perform;
  /** The way in for a component of this process, under its own identity. */
  transport(user: User, userAgent: string): Transport;
}

export function createApiServer(parts: ApiServerParts): ApiServer {
  const { store, clock, random, tasks } = parts;
  const registry = createRegistry(builtInKinds());
  const authorizer = createRbac(roleSource(store, tasks));
  const lookup = lookupIn(store);
  const admission = createAdmission([
    namespaceLifecycle(lookup),
    serviceAccount(lookup, clock, random.stream("service-account")),
    priority(lookup),
    defaultTolerations,
  ]);
  const context: StorageContext = { store, registry, admission, clock, random: random.stream("objects") };
  const perform = createPerform({ context, authorizer, subresources: SUBRESOURCES, answered: new Map() });
  return {
    registry,
    authorizer,
    perform,
    transport: (user, userAgent) => inProcessTransport(perform, { clock, user, userAgent }),
  };
}

const SUBRESOURCES: ReadonlyMap<string, SubresourceHandler> = new Map([["pods/binding", bindPod]]);
