import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { age, templateColumns } from "../../columns.ts";
import { defaultPodSpec } from "../../core/v1/pod-spec/defaults.ts";
import type { Deployment as StoredDeployment } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Deployment = StoredDeployment;

export const Deployment: Kind<Deployment> = defineKind(facts.apps.v1.Deployment, {
  // Annotations count too: they are copied to the ReplicaSets.
  desired: ({ spec, metadata }) => ({ spec, annotations: metadata.annotations }),
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    { name: "Up-to-date", type: "string", value: ({ status }) => status.updatedReplicas ?? 0 },
    { name: "Available", type: "string", value: ({ status }) => status.availableReplicas ?? 0 },
    age,
    ...templateColumns<Deployment>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default(object) {
    const { spec } = object as unknown as Mutable<Deployment>;
    const { strategy } = spec;
    if ((strategy.type ?? "RollingUpdate") === "RollingUpdate") {
      const rolling = (strategy.rollingUpdate ??= {});
      rolling.maxUnavailable ??= "25%";
      rolling.maxSurge ??= "25%";
    }
    defaultPodSpec(spec.template.spec);
  },
});
