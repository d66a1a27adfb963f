import type { Mutable } from "../../../machinery/object.ts";
import { age, templateColumns } from "../../columns.ts";
import { defaultPodSpec } from "../../core/v1/pod-spec/defaults.ts";
import { roundResources } from "../../core/v1/pod-spec/resource-list.ts";
import type { StatefulSet as StoredStatefulSet } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type StatefulSet = StoredStatefulSet;

export const StatefulSet: Kind<StatefulSet> = defineKind(facts.apps.v1.StatefulSet, {
  nameRule: "dns-label",
  desired: ({ spec }) => spec,
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    age,
    ...templateColumns<StatefulSet>(({ spec }) => spec.template),
  ],
  default(object) {
    const { spec } = object as unknown as Mutable<StatefulSet>;
    const { updateStrategy } = spec;
    if (!updateStrategy.type) updateStrategy.rollingUpdate ??= {};
    if ((updateStrategy.type || "RollingUpdate") === "RollingUpdate" && updateStrategy.rollingUpdate !== undefined) {
      updateStrategy.rollingUpdate.partition ??= 0;
    }
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = "v1";
      claim.kind = "PersistentVolumeClaim";
      roundResources(claim.spec.resources.limits);
      roundResources(claim.spec.resources.requests);
    }
    defaultPodSpec(spec.template.spec);
  },
});
