import type { VolumePlugin } from "./plugin.ts";
import { downwardFiles, projection } from "./projection.ts";
import { removeVolume } from "./remove.ts";

export const downwardApiVolume: VolumePlugin = {
  name: "downward-api",
  inMemory: true,
  handles: (volume) => volume.downwardAPI !== undefined,
  async find(context) {
    const { items, defaultMode = 0o644 } = context.volume.downwardAPI!;
    return projection(context, downwardFiles(context.pod, items, defaultMode, context.facts));
  },
  tearDown: removeVolume,
};
