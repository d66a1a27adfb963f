import { goJson } from "../../../machinery/go-json.ts";
import type { KubeObject, Mutable } from "../../../machinery/object.ts";
import type { HorizontalPodAutoscaler as OldAutoscaler } from "../../generated/autoscaling-v1.ts";
import { facts } from "../../generated/resources.ts";
import { type Column, defineKind, type Kind } from "../../kind.ts";
import { HorizontalPodAutoscaler as Autoscaler } from "../v2/horizontal-pod-autoscaler.ts";
import { behaviorOf, internalBehavior } from "./behavior.ts";
import { newSpec, newStatus, type OldMetric, oldSpec, oldStatus } from "./metrics.ts";

export type HorizontalPodAutoscaler = OldAutoscaler;

/** The first version: it has a field for the processor alone. All else that the second one knows, annotations carry along. */
export const HorizontalPodAutoscaler: Kind<HorizontalPodAutoscaler> = defineKind(
  facts.autoscaling.v1.HorizontalPodAutoscaler,
  {
    view: { of: Autoscaler as unknown as Kind, fromStored, toStored },
    columns: (Autoscaler.columns ?? []).map((column): Column<HorizontalPodAutoscaler> => ({
      ...column,
      value: (autoscaler, nowMs) => column.value(toStored(autoscaler), nowMs),
    })),
    default(object) {
      // What an annotation carries counts for more than the fields for the processor, which stand where nothing else does.
      const { metadata, spec, status } = fromStored(toStored(object as unknown as HorizontalPodAutoscaler));
      Object.assign(object, { metadata, spec, status });
    },
    prepareForUpdate(object, old, { subresource }) {
      const metadata = object["metadata"] as unknown as Mutable<HorizontalPodAutoscaler["metadata"]>;
      const kept: Record<string, string> = { ...metadata.annotations };
      for (const name of subresource === "status" ? OF_SPEC : OF_STATUS) {
        const before = old.metadata.annotations?.[name];
        if (before === undefined) delete kept[name];
        else kept[name] = before;
      }
      metadata.annotations = kept;
      if (Object.keys(kept).length === 0) delete metadata.annotations;
    },
    validate: (autoscaler, context) => Autoscaler.validate!(toStored(autoscaler), context),
    validateStatusUpdate: (autoscaler, old, context) =>
      Autoscaler.validateStatusUpdate!(toStored(autoscaler), toStored(old), context),
  },
);

type Spec = Autoscaler["spec"];
type Status = Autoscaler["status"];

const PREFIX = "autoscaling.alpha.kubernetes.io/";
const CARRIED = {
  metrics: `${PREFIX}metrics`,
  currentMetrics: `${PREFIX}current-metrics`,
  conditions: `${PREFIX}conditions`,
  behavior: `${PREFIX}behavior`,
};
const OF_SPEC = [CARRIED.metrics, CARRIED.behavior];
const OF_STATUS = [CARRIED.currentMetrics, CARRIED.conditions];
const CPU = "cpu";
/** Percent of what was requested. */
const DEFAULT_UTILIZATION = 80;

function fromStored(stored: KubeObject): HorizontalPodAutoscaler {
  const { metadata, spec, status } = stored as Autoscaler;
  const { metrics = [], behavior, ...kept } = spec;
  const { currentMetrics, conditions, ...counts } = status;
  const wanted = metrics.find(isOfCpu)?.resource!.target.averageUtilization;
  const others = metrics.filter((metric) => !isOfCpu(metric)).map(oldSpec);
  const current = currentMetrics?.findLast(
    ({ resource }) => resource?.name === CPU && resource.current.averageUtilization,
  );
  const utilization = current?.resource?.current.averageUtilization;
  const carried = {
    ...withoutCarried(metadata.annotations),
    ...(others.length > 0 ? { [CARRIED.metrics]: goJson(others) } : {}),
    ...(currentMetrics?.length ? { [CARRIED.currentMetrics]: goJson(currentMetrics.map(oldStatus)) } : {}),
    ...(behavior === undefined ? {} : { [CARRIED.behavior]: goJson(internalBehavior(behavior)) }),
    ...(conditions?.length ? { [CARRIED.conditions]: goJson(conditions) } : {}),
  };
  return {
    ...stored,
    apiVersion: "autoscaling/v1",
    metadata: withAnnotations(metadata, carried),
    spec: { ...kept, ...(wanted === undefined ? {} : { targetCPUUtilizationPercentage: wanted }) },
    status: {
      ...counts,
      currentReplicas: counts.currentReplicas ?? 0,
      ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
    },
  } as HorizontalPodAutoscaler;
}

function isOfCpu({ type, resource }: Spec["metrics"][number]): boolean {
  return type === "Resource" && resource?.name === CPU && resource.target.averageUtilization !== undefined;
}

function toStored(autoscaler: HorizontalPodAutoscaler): Autoscaler {
  const { metadata, spec, status } = autoscaler;
  const { targetCPUUtilizationPercentage: wanted, ...kept } = spec;
  const { currentCPUUtilizationPercentage: utilization, currentReplicas, ...counts } = status;
  const carried = (name: string) => parsed(metadata.annotations?.[name]);
  const others = (carried(CARRIED.metrics) as readonly OldMetric[] | undefined) ?? [];
  const metrics = [...others.map(newSpec), ...(wanted === undefined ? [] : [ofCpu(wanted)])];
  const behavior = carried(CARRIED.behavior);
  const current = carried(CARRIED.currentMetrics) as readonly OldMetric[] | undefined;
  const conditions = carried(CARRIED.conditions);
  return {
    ...autoscaler,
    apiVersion: "autoscaling/v2",
    metadata: withAnnotations(metadata, withoutCarried(metadata.annotations)),
    spec: {
      ...kept,
      metrics: metrics.length === 0 ? [ofCpu(DEFAULT_UTILIZATION)] : metrics,
      ...(behavior === undefined ? {} : { behavior: behaviorOf(behavior) }),
    } as Spec,
    status: {
      ...counts,
      ...(currentReplicas === 0 ? {} : { currentReplicas }),
      currentMetrics:
        current?.map(newStatus) ??
        (utilization === undefined
          ? null
          : [{ type: "Resource", resource: { name: CPU, current: { averageUtilization: utilization } } }]),
      ...(conditions === undefined ? {} : { conditions }),
    } as Status,
  };
}

function ofCpu(averageUtilization: number): Spec["metrics"][number] {
  return { type: "Resource", resource: { name: CPU, target: { type: "Utilization", averageUtilization } } };
}

type Annotations = Readonly<Record<string, string>>;

function withoutCarried(annotations: Annotations = {}): Annotations {
  const names = Object.values(CARRIED);
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !names.includes(name)));
}

function withAnnotations(metadata: KubeObject["metadata"], annotations: Annotations): KubeObject["metadata"] {
  const { annotations: _before, ...rest } = metadata;
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
}

/** What no JSON is carries nothing. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
