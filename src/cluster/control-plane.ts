import { type ApiServer, type ApiServerParts, createApiServer } from "../apiserver/server.ts";
import { serviceAddress } from "../apiserver/services/range.ts";
import type { User } from "../apiserver/auth/user.ts";
import type { Log } from "../base/log.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { Transport } from "../client/call.ts";
import { type Cache, createCache } from "../client/cache.ts";
import { createClient } from "../client/client.ts";
import type { Teller } from "../client/event-draft.ts";
import { createEventRecorder } from "../client/event-recorder.ts";
import type { Controller } from "../reconciler/controller.ts";
import { runController, type RunningController } from "../reconciler/run.ts";
import { runScheduler, type RunningScheduler } from "../scheduler/scheduler.ts";
import { bootstrap } from "./bootstrap.ts";
import { ensureServiceCidr } from "./service-cidr.ts";
import { controllerUser, loopbackUser, systemUser } from "./identities.ts";

export interface ControlPlaneParts extends Omit<ApiServerParts, "tasks"> {
  /** Where the API server listens, as pods reach it. */
  readonly endpoint: { readonly address: string; readonly port: number };
  /** The loops to run, in order; given the running server. */
  readonly controllers: (server: ApiServer) => readonly Controller[];
  readonly scheduler: boolean;
  /** What each component's calls go through: faults, in a simulation. */
  readonly around?: (transport: Transport, component: string) => Transport;
}

/** The API server with everything that watches it: one process's control plane, without carriers and without nodes. */
export interface ControlPlane extends AsyncDisposable {
  readonly server: ApiServer;
  readonly cache: Cache;
  readonly controllers: readonly RunningController[];
  readonly scheduler: RunningScheduler | undefined;
  readonly tasks: TaskGroup;
}

export async function startControlPlane(parts: ControlPlaneParts): Promise<ControlPlane> {
  const tasks = new TaskGroup();
  const server = createApiServer({ ...parts, tasks });
  const { clock, random, log, around = (transport) => transport } = parts;
  // All loops write in one of two names, as those of Kubernetes do: they are the API server's or the controller manager's.
  const transportOf = (user: User, component: string, program = component) =>
    around(server.transport(user, program), component);
  const loopback = createClient(server.transport(loopbackUser, "kube-apiserver"));
  await ensureServiceCidr(loopback, parts.settings.serviceCidr, parts.clock, tasks.signal);
  await bootstrap({
    client: loopback,
    registry: server.registry,
    serviceAddress: serviceAddress(parts.settings.serviceCidr, 1),
    endpoint: parts.endpoint,
    signal: tasks.signal,
  });
  const shared = { clock, random: random.stream("loops"), tasks };
  const managerTransport = transportOf(systemUser("kube-controller-manager"), "kube-controller-manager");
  const cache = createCache({ ...shared, log, client: createClient(managerTransport) });
  const events = (transport: Transport, loopLog: Log, teller: Teller) =>
    createEventRecorder({ ...shared, log: loopLog, client: createClient(transport), ...teller });
  // Before the loops: it reads whole objects, of which some loops would be content with the metadata.
  const scheduler = parts.scheduler ? startScheduler() : undefined;
  const controllers = parts.controllers(server).map((controller) => {
    const user = controllerUser(controller);
    const program = user === loopbackUser ? "kube-apiserver" : "kube-controller-manager";
    const transport = transportOf(user, controller.name, program);
    const loopLog = log.with({ controller: controller.name });
    return runController(controller, {
      ...shared,
      cache,
      transport,
      log: loopLog,
      events: events(transport, loopLog, { component: controller.tellsAs ?? `${controller.name}-controller` }),
    });
  });
  return {
    server,
    cache,
    controllers,
    scheduler,
    tasks,
    async [Symbol.asyncDispose]() {
      tasks.abort();
      await clock.turn();
      await tasks.done();
    },
  };

  function startScheduler(): RunningScheduler {
    const transport = transportOf(systemUser("kube-scheduler"), "kube-scheduler");
    const client = createClient(transport);
    const schedulerLog = log.with({ component: "scheduler" });
    return runScheduler({
      ...shared,
      client,
      cache,
      log: schedulerLog,
      events: events(transport, schedulerLog, { component: "default-scheduler", actions: SCHEDULER_ACTIONS }),
    });
  }
}

/** What the scheduler was doing when it tells of these. */
const SCHEDULER_ACTIONS = { Scheduled: "Binding", FailedScheduling: "Scheduling", Preempted: "Preempting" };
