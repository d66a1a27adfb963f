import type { PersistentVolume } from "../../api/generated/core-v1.ts";
import { nodeOf, type Plugin, refuse } from "../plugin.ts";
import { claimChanges, notFound } from "../volumes/claims.ts";

const BETA_ZONE = "failure-domain.beta.kubernetes.io/zone";
const BETA_REGION = "failure-domain.beta.kubernetes.io/region";
const ZONE = "topology.kubernetes.io/zone";
const REGION = "topology.kubernetes.io/region";
const LABELS = [BETA_ZONE, BETA_REGION, ZONE, REGION];
const TODAYS: Readonly<Record<string, string>> = { [BETA_ZONE]: ZONE, [BETA_REGION]: REGION };

interface Place {
  readonly label: string;
  readonly values: readonly string[];
}

/** Volumes that say by labels in which zone or region they are keep their pods there. Of unbound claims it says nothing. */
export const volumeZone: Plugin = {
  name: "VolumeZone",
  wakesOn: ["node-added", "node-labels", "volume", "storage-class"],
  wakesOnOwn: claimChanges,
  forPod({ claims }, { volumes }) {
    const places: Place[] = [];
    for (const { key, isOwn } of claims) {
      const name = isOwn ? "" : (volumes.claim(key)?.spec.volumeName ?? "");
      if (name === "") continue;
      const volume = volumes.volume(name);
      if (volume === undefined) return { refused: notFound("persistentvolume", name) };
      places.push(...placesOf(volume));
    }
    if (places.length === 0) return undefined;
    const refusal = refuse(false, "node(s) had no available volume zone");
    return {
      filter(info) {
        const { labels = {} } = nodeOf(info).metadata;
        if (!LABELS.some((label) => labels[label] !== undefined)) return undefined;
        const isThere = ({ label, values }: Place) =>
          values.includes(labels[label] ?? labels[TODAYS[label] ?? label] ?? "");
        return places.every(isThere) ? undefined : refusal;
      },
    };
  },
};

/** Several zones are written with `__` between them. */
function placesOf({ metadata: { labels = {} } }: PersistentVolume): readonly Place[] {
  return LABELS.filter((label) => labels[label] !== undefined)
    .map((label) => ({ label, values: labels[label]!.split("__").map((value) => value.trim()) }))
    .filter(({ values }) => !values.includes(""));
}
