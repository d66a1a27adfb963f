import { namespaceOf } from "../containers/names.ts";
import type { VolumePlugin } from "./plugin.ts";
import { configMapFiles, project } from "./projection.ts";
import { removeVolume } from "./remove.ts";

export const configMapVolume: VolumePlugin = {
  name: "configmap",
  handles: (volume) => volume.configMap !== undefined,
  async setUp(context) {
    const { name = "", items, defaultMode = 0o644, optional = false } = context.volume.configMap!;
    const found = await context.objects.configMap(namespaceOf(context.pod), name);
    if (found === undefined && !optional) throw new Error(`configmap "${name}" not found`);
    await project(context, configMapFiles(found, items, defaultMode, optional));
    return { hostPath: context.directory, readOnly: true };
  },
  tearDown: removeVolume,
};
