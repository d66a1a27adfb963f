import type { PodTemplate, PodTemplateSpec, ReplicationController } from "../../../api/generated/core-v1.ts";
import type { CronJob } from "../../../api/generated/batch-v1.ts";
import type { KubeObject } from "../../../machinery/object.ts";

type Templated = KubeObject & { readonly spec: { readonly template: PodTemplateSpec } };
type TemplateOf = (object: KubeObject) => PodTemplateSpec | undefined;

const ofSpec: TemplateOf = (object) => (object as Templated).spec.template;

/** The built-in kinds that make pods, by group and plural, and where they say what pods; a ReplicationController need not. */
export const templates: ReadonlyMap<string, TemplateOf> = new Map<string, TemplateOf>([
  ["/podtemplates", (object) => (object as PodTemplate).template],
  ["/replicationcontrollers", (object) => (object as ReplicationController).spec.template],
  ["apps/replicasets", ofSpec],
  ["apps/deployments", ofSpec],
  ["apps/statefulsets", ofSpec],
  ["apps/daemonsets", ofSpec],
  ["batch/jobs", ofSpec],
  ["batch/cronjobs", (object) => (object as CronJob).spec.jobTemplate.spec.template],
]);
