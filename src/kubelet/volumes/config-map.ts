import { namespaceOf } from "../containers/names.ts";
import type { VolumePlugin } from "./plugin.ts";
import { configMapFiles, projection } from "./projection.ts";
import { removeVolume } from "./remove.ts";

export const configMapVolume: VolumePlugin = {
  name: "configmap",
  handles: (volume) => volume.configMap !== undefined,
  async find(context) {
    const { name = "", items, defaultMode = 0o644, optional = false } = context.volume.configMap!;
    const found = await context.objects.configMap(namespaceOf(context.pod), name);
    if (found === undefined && !optional) throw new Error(`configmap "${name}" not found`);
    return projection(context, configMapFiles(found, items, defaultMode, optional));
  },
  tearDown: removeVolume,
};
