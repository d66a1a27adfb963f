import type { Mutable } from "../../../machinery/object.ts";
import { containerNames, formatLabels, imageNames, name } from "../../columns.ts";
import type { Issues } from "../../checks.ts";
import type { PodTemplate as StoredPodTemplate } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { dropClosedFeatures } from "./closed-features.ts";
import { defaultTemplate } from "./pod-spec/defaults.ts";
import { checkTemplate } from "./pod-spec/template.ts";
import { isWantedAnew, templateWarnings } from "./pod-warnings/warnings.ts";

export type PodTemplate = StoredPodTemplate;

export const PodTemplate: Kind<PodTemplate> = defineKind(facts.core.v1.PodTemplate, {
  answersDeleted: true,
  desired: ({ template }) => template,
  columns: [
    name,
    {
      name: "Containers",
      type: "string",
      description: "Names of each container in the template.",
      value: ({ template }) => containerNames(template),
    },
    {
      name: "Images",
      type: "string",
      description: "Images referenced by each container in the template.",
      value: ({ template }) => imageNames(template),
    },
    {
      name: "Pod Labels",
      type: "string",
      description: "The labels for the pod template.",
      value: ({ template }) => formatLabels(template.metadata.labels),
    },
  ],
  default: (object) => defaultTemplate((object as unknown as Mutable<PodTemplate>).template),
  dropClosed: (object) => dropClosedFeatures((object as unknown as Mutable<PodTemplate>).template.spec),
  validate({ template }) {
    const issues: Issues = [];
    checkTemplate(template, "template", issues);
    return issues;
  },
  warnings: (next, old) => (isWantedAnew(next, old) ? templateWarnings(next.template, "template") : []),
});
