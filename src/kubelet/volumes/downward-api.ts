import type { VolumePlugin } from "./plugin.ts";
import { downwardFiles, project } from "./projection.ts";
import { removeVolume } from "./remove.ts";

export const downwardApiVolume: VolumePlugin = {
  name: "downward-api",
  inMemory: true,
  handles: (volume) => volume.downwardAPI !== undefined,
  async setUp(context) {
    const { items, defaultMode = 0o644 } = context.volume.downwardAPI!;
    await project(context, downwardFiles(context.pod, items, defaultMode, context.facts));
    return { hostPath: context.directory, readOnly: true };
  },
  tearDown: removeVolume,
};
