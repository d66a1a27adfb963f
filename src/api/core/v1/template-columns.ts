import type { PodTemplateSpec } from "../../generated/core-v1.ts";

/** The names of a template's containers, for the wide columns of the kinds that make pods. */
export function containerNames(template: PodTemplateSpec | undefined): string {
  return template?.spec?.containers.map((container) => container.name).join(",") ?? "";
}

export function imageNames(template: PodTemplateSpec | undefined): string {
  return template?.spec?.containers.map((container) => container.image ?? "").join(",") ?? "";
}
