import { age } from "../../columns.ts";
import type {
  HorizontalPodAutoscaler as StoredHorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
} from "../../generated/autoscaling-v2.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

import { autoscalerIssues, autoscalerStatusIssues } from "./horizontal-pod-autoscaler-validation.ts";

export type HorizontalPodAutoscaler = StoredHorizontalPodAutoscaler;

export const HorizontalPodAutoscaler: Kind<HorizontalPodAutoscaler> = defineKind(
  facts.autoscaling.v2.HorizontalPodAutoscaler,
  {
    columns: [
      {
        name: "Reference",
        type: "string",
        value: ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
      },
      { name: "Targets", type: "string", value: targetsOf },
      { name: "MinPods", type: "string", value: ({ spec }) => String(spec.minReplicas ?? "<unset>") },
      { name: "MaxPods", type: "string", value: ({ spec }) => spec.maxReplicas },
      { name: "Replicas", type: "string", value: ({ status }) => status.currentReplicas ?? 0 },
      age,
    ],
    validate: autoscalerIssues,
    validateStatusUpdate: autoscalerStatusIssues,
  },
);

const SHOWN = 2;

function targetsOf({ spec: { metrics }, status: { currentMetrics } }: HorizontalPodAutoscaler): string {
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, index) => targetOf(metric, currentMetrics?.[index]));
  const shown = texts.slice(0, SHOWN).join(", ");
  return texts.length > SHOWN ? `${shown} + ${texts.length - SHOWN} more...` : shown;
}

function targetOf(metric: MetricSpec, status: MetricStatus | undefined): string {
  switch (metric.type) {
    case "Resource":
      return `${metric.resource!.name}: ${usage(metric.resource!.target, status?.resource?.current)}`;
    case "ContainerResource":
      return `${metric.containerResource!.name}: ${usage(metric.containerResource!.target, status?.containerResource?.current)}`;
    case "Pods":
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${metric.pods!.target.averageValue}`;
    case "Object":
      return valueOf(metric.object!.target, status?.object?.current);
    case "External":
      return valueOf(metric.external!.target, status?.external?.current);
    default:
      return "<unknown type>";
  }
}

const UNKNOWN = "<unknown>";

type Target = NonNullable<MetricSpec["resource"]>["target"];
type Current = NonNullable<MetricStatus["resource"]>["current"];

function usage(target: Target, current: Current | undefined): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  return `${percent(current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, "<auto>")}`;
}

function valueOf(target: Target, current: Current | undefined): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current?.value ?? UNKNOWN}/${target.value}`;
}

function percent(value: number | undefined, none: string): string {
  return value === undefined ? none : `${value}%`;
}
