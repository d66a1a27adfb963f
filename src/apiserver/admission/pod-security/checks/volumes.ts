import type { Volume } from "../../../../api/generated/core-v1.ts";
import type { CheckedPod, Violation } from "../check.ts";
import { distinct, listed, worded } from "../wording.ts";

const ALLOWED = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

export function volumeTypes({ spec }: CheckedPod): Violation | undefined {
  const restricted = (spec.volumes ?? []).filter((volume) => !ALLOWED.has(typeOf(volume)));
  if (restricted.length === 0) return undefined;
  const types = distinct(restricted.map(typeOf));
  const volumes = `${worded(restricted.length, "volume")} ${listed(restricted.map(({ name }) => name))}`;
  const use = `${worded(restricted.length, "uses", "use")} ${worded(types.length, "restricted volume type")}`;
  return { reason: "restricted volume types", detail: `${volumes} ${use} ${listed(types)}` };
}

/** A volume is of one type: more, or none, are refused before. */
function typeOf(volume: Volume): string {
  return Object.keys(volume).find((field) => field !== "name")!;
}
