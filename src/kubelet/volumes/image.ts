import type { VolumePlugin } from "./plugin.ts";

/** The files of an image. Where they are is the runtime's matter; the image is pulled when a container is about to start. */
export const imageVolume: VolumePlugin = {
  name: "image",
  handles: (volume) => volume.image !== undefined,
  find: async () => async () => ({ hostPath: "", readOnly: true }),
};
