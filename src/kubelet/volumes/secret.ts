import { namespaceOf } from "../containers/names.ts";
import type { VolumePlugin } from "./plugin.ts";
import { projection, secretFiles } from "./projection.ts";
import { removeVolume } from "./remove.ts";

export const secretVolume: VolumePlugin = {
  name: "secret",
  inMemory: true,
  handles: (volume) => volume.secret !== undefined,
  async find(context) {
    const { secretName = "", items, defaultMode = 0o644, optional = false } = context.volume.secret!;
    const found = await context.objects.secret(namespaceOf(context.pod), secretName);
    if (found === undefined && !optional) throw new Error(`secret "${secretName}" not found`);
    return projection(context, secretFiles(found, items, defaultMode, optional));
  },
  tearDown: removeVolume,
};
