import assert from "node:assert/strict";
import { test } from "node:test";
import type { HorizontalPodAutoscaler as Autoscaler } from "../../generated/autoscaling-v2.ts";
import { HorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";

const { fromStored, toStored } = HorizontalPodAutoscaler.view!;
const metric = { name: "hits", selector: { matchLabels: { a: "b" } } };
const describedObject = { kind: "Service", name: "web", apiVersion: "v1" };
const cpu = { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } };

function autoscaler(spec: object, status: object = {}): Autoscaler {
  return {
    kind: "HorizontalPodAutoscaler",
    apiVersion: "autoscaling/v2",
    metadata: { name: "a", annotations: { a: "b" } },
    spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 1, maxReplicas: 3, ...spec },
    status: { currentReplicas: 1, desiredReplicas: 1, currentMetrics: null, ...status },
  } as unknown as Autoscaler;
}

test("autoscalers: the first version has a field for the processor, and carries all else along", () => {
  const stored = autoscaler(
    {
      metrics: [
        { type: "Pods", pods: { metric, target: { type: "AverageValue", averageValue: "10" } } },
        { type: "Object", object: { metric, describedObject, target: { type: "AverageValue", averageValue: "2" } } },
        { type: "Object", object: { metric, describedObject, target: { type: "Value", value: "2" } } },
        { type: "External", external: { metric, target: { type: "Value", value: "3" } } },
        { ...cpu, resource: { ...cpu.resource, name: "memory" } },
        cpu,
      ],
      behavior: {
        scaleUp: { selectPolicy: "Max", policies: [{ type: "Pods", value: 1, periodSeconds: 2 }], tolerance: "1m" },
        scaleDown: { selectPolicy: "Disabled", stabilizationWindowSeconds: 0 },
      },
    },
    {
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 4, averageValue: "4m" } } },
        { type: "Pods", pods: { metric, current: { averageValue: "9" } } },
      ],
      conditions: [{ type: "AbleToScale", status: "True", lastTransitionTime: null }],
    },
  );
  const shown = fromStored(stored);
  assert.equal(shown.spec.targetCPUUtilizationPercentage, 50);
  assert.equal(shown.status.currentCPUUtilizationPercentage, 4);
  assert.deepEqual(Object.keys(shown.metadata.annotations!).length, 5);
  assert.deepEqual(toStored(shown), stored);
});

test("autoscalers: where nothing is wanted, the processor is", () => {
  const { spec, metadata } = fromStored(autoscaler({ metrics: [cpu] }));
  const bare = {
    ...fromStored(autoscaler({ metrics: [cpu] })),
    spec: { ...spec, targetCPUUtilizationPercentage: undefined },
  };
  const { metrics } = (toStored(bare as never) as Autoscaler).spec;
  assert.deepEqual(metrics, [
    { ...cpu, resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
  ]);
  assert.deepEqual(metadata.annotations, { a: "b" });
});

test("autoscalers: what an annotation cannot carry is dropped", () => {
  const shown = fromStored(autoscaler({ metrics: [cpu] }));
  const annotations = { ...shown.metadata.annotations, "autoscaling.alpha.kubernetes.io/metrics": "nonsense" };
  const stored = toStored({ ...shown, metadata: { ...shown.metadata, annotations } });
  assert.deepEqual(stored, autoscaler({ metrics: [cpu] }));
});
