import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { age, formatLabels, templateColumns } from "../../columns.ts";
import { defaultPodSpec } from "../../core/v1/pod-spec/defaults.ts";
import type { DaemonSet as StoredDaemonSet } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type DaemonSet = StoredDaemonSet;

const GENERATION = "deprecated.daemonset.template.generation";

export const DaemonSet: Kind<DaemonSet> = defineKind(facts.apps.v1.DaemonSet, {
  desired: ({ spec }) => spec,
  columns: [
    { name: "Desired", type: "integer", value: ({ status }) => status.desiredNumberScheduled },
    { name: "Current", type: "integer", value: ({ status }) => status.currentNumberScheduled },
    { name: "Ready", type: "integer", value: ({ status }) => status.numberReady },
    { name: "Up-to-date", type: "integer", value: ({ status }) => status.updatedNumberScheduled ?? 0 },
    { name: "Available", type: "integer", value: ({ status }) => status.numberAvailable ?? 0 },
    { name: "Node Selector", type: "string", value: ({ spec }) => formatLabels(spec.template.spec.nodeSelector) },
    age,
    ...templateColumns<DaemonSet>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default(object) {
    const { spec } = object as unknown as Mutable<DaemonSet>;
    const { updateStrategy } = spec;
    if ((updateStrategy.type ?? "RollingUpdate") === "RollingUpdate") {
      const rolling = (updateStrategy.rollingUpdate ??= {});
      rolling.maxUnavailable ??= 1;
      rolling.maxSurge ??= 0;
    }
    defaultPodSpec(spec.template.spec);
  },
  prepareForCreate(object) {
    const { metadata } = object as unknown as Mutable<DaemonSet>;
    (metadata.annotations ??= {})[GENERATION] ??= "1";
  },
  prepareForUpdate(object, old) {
    const { metadata, spec } = object as unknown as Mutable<DaemonSet>;
    const was = Number(old.metadata.annotations?.[GENERATION] ?? 0);
    const annotations = (metadata.annotations ??= {});
    annotations[GENERATION] = String(sameJson(spec.template, old.spec.template) ? was : was + 1);
  },
});
