import { Endpoints } from "../../api/core/v1/endpoints.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { Service } from "../../api/core/v1/service.ts";
import { nameKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { hasBackends, selects, servicesOf } from "../services/backends.ts";
import { TriggerTimes, withTriggerTime } from "../services/trigger-times.ts";
import { planEndpoints } from "./plan.ts";

/** Keeps the legacy Endpoints of each service, for programs that know no slices yet. */
export function endpointsController(): Controller {
  const times = new TriggerTimes();
  return defineController({
    name: "endpoint",
    reconciles: Service,
    watches: [
      watched(Pod, servicesOf),
      watched(Endpoints, ({ metadata }, cache) => {
        const key = nameKey(metadata);
        // Only a deletion concerns the loop: Endpoints may be written before their Service is.
        return cache.get(Endpoints, key) === undefined ? [key] : [];
      }),
    ],
    async reconcile(key, context) {
      const { cache, client, signal } = context;
      const service = cache.get(Service, key);
      const present = cache.get(Endpoints, key);
      if (service === undefined) {
        times.forget(key);
        if (present === undefined) return settled;
        context.because("the service is gone");
        await client
          .delete(Endpoints, present.metadata, { uid: present.metadata.uid, signal })
          .catch((error: unknown) => {
            if (!isStatus(error, "NotFound")) throw error;
          });
        return settled;
      }
      if (!hasBackends(service)) return settled;
      const pods = cache.list(Pod, service.metadata.namespace).filter((pod) => selects(service, pod));
      const time = times.next(key, service, pods);
      await write(service, planEndpoints(service, pods, present) as Endpoints, present, time, context);
      return settled;
    },
  }) as unknown as Controller;
}

async function write(
  service: Service,
  wanted: Endpoints,
  present: Endpoints | undefined,
  time: string | undefined,
  { client, events, signal }: ReconcileContext,
): Promise<void> {
  const { namespace, name } = service.metadata;
  const annotations = withTriggerTime(wanted.metadata.annotations, time);
  const timed = { ...wanted, metadata: { ...wanted.metadata, annotations } };
  try {
    if (present === undefined) await client.create(Endpoints, timed, { signal });
    else if (!isSame(present, wanted)) await client.update(Endpoints, timed, { signal });
  } catch (error) {
    if (isTerminatingNamespace(error)) return;
    const why = error instanceof Error ? error.message : String(error);
    if (present === undefined) {
      const message = `Failed to create endpoint for service ${namespace}/${name}: ${why}`;
      events.record(service, "Warning", "FailedToCreateEndpoint", message);
    } else {
      events.record(
        present,
        "Warning",
        "FailedToUpdateEndpoint",
        `Failed to update endpoint ${namespace}/${name}: ${why}`,
      );
    }
    throw error;
  }
}

function isSame(present: Endpoints, wanted: Endpoints): boolean {
  return (
    sameJson(present.subsets ?? [], wanted.subsets ?? []) &&
    sameJson(present.metadata.labels ?? {}, wanted.metadata.labels) &&
    // The time alone is no change.
    sameJson(
      withTriggerTime(present.metadata.annotations, undefined),
      withTriggerTime(wanted.metadata.annotations, undefined),
    )
  );
}
