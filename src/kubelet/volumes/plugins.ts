import type { Volume } from "../../api/generated/core-v1.ts";
import { claimVolume } from "./claim.ts";
import { configMapVolume } from "./config-map.ts";
import { downwardApiVolume } from "./downward-api.ts";
import { emptyDirVolume } from "./empty-dir.ts";
import { hostPathVolume } from "./host-path.ts";
import { imageVolume } from "./image.ts";
import type { VolumePlugin } from "./plugin.ts";
import { projectedVolume } from "./projected.ts";
import { secretVolume } from "./secret.ts";

/** The kinds of volumes that this kubelet knows; a further one is a file and a line here. */
export const VOLUME_PLUGINS: readonly VolumePlugin[] = [
  emptyDirVolume,
  hostPathVolume,
  claimVolume,
  imageVolume,
  configMapVolume,
  secretVolume,
  projectedVolume,
  downwardApiVolume,
];

/** @throws Error where none is responsible. */
export function pluginFor(volume: Volume): VolumePlugin {
  const plugin = VOLUME_PLUGINS.find((one) => one.handles(volume));
  if (plugin === undefined) throw new Error(`no volume plugin matched name: ${volume.name}`);
  return plugin;
}
