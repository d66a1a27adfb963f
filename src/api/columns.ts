import { byteOrder } from "../machinery/byte-order.ts";
import { humanDuration } from "../machinery/duration.ts";
import type { Labels } from "../machinery/labels.ts";
import type { KubeObject } from "../machinery/object.ts";
import { parseMicroTime, parseTime } from "../machinery/time.ts";
import type { PodTemplateSpec } from "./generated/core-v1.ts";
import type { Column } from "./kind.ts";

/** The columns that many kinds share, and how tables write what they have in common. */
export const name: Column<KubeObject> = {
  name: "Name",
  type: "string",
  format: "name",
  value: ({ metadata }) => metadata.name,
};

export const age: Column<KubeObject> = {
  name: "Age",
  type: "string",
  value: ({ metadata }, nowMs) => since(metadata.creationTimestamp, nowMs),
};

/** Containers and images of what makes pods from a template, with `-o wide`. */
export function templateColumns<T>(templateOf: (object: T) => PodTemplateSpec | undefined): readonly Column<T>[] {
  return [
    {
      name: "Containers",
      type: "string",
      priority: 1,
      description: "Names of each container in the template.",
      value: (object) => containerNames(templateOf(object)),
    },
    {
      name: "Images",
      type: "string",
      priority: 1,
      description: "Images referenced by each container in the template.",
      value: (object) => imageNames(templateOf(object)),
    },
  ];
}

export function containerNames(template: PodTemplateSpec | undefined): string {
  return template?.spec.containers.map((container) => container.name).join(",") ?? "";
}

export function imageNames(template: PodTemplateSpec | undefined): string {
  return template?.spec.containers.map((container) => container.image ?? "").join(",") ?? "";
}

/** The time that has passed since a `metav1.Time`. */
export function since(time: string | null | undefined, nowMs: number): string {
  return time === null || time === undefined ? "<unknown>" : humanDuration(nowMs - parseTime(time));
}

/** The time that has passed since a `metav1.MicroTime`. */
export function sinceMicro(time: string | null | undefined, nowMs: number): string {
  return time === null || time === undefined ? "<unknown>" : humanDuration(nowMs - parseMicroTime(time));
}

/** Labels as tables show them: `a=b,c=d`, sorted. */
export function formatLabels(labels: Labels | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([left], [right]) => byteOrder(left, right));
  return pairs.map(([key, value]) => `${key}=${value}`).join(",") || "<none>";
}

/** The first few of many, and how many more there are. */
export function firstOf(texts: readonly string[], most: number, none: string): string {
  if (texts.length > most) return `${texts.slice(0, most).join(",")} + ${texts.length - most} more...`;
  return texts.join(",") || none;
}
