import type { NodePaths } from "../containers/names.ts";
import { memoryDirectory, volumesDirectory } from "../containers/names.ts";
import type { Disk } from "../ports/disk.ts";
import type { VolumePlugin } from "../volumes/plugin.ts";
import { VOLUME_PLUGINS } from "../volumes/plugins.ts";

/** Where pods' volumes lie: below the pod's own folder, or in the file system in memory that all pods share. */
export class VolumeFolders {
  readonly #disk: Disk;
  readonly #paths: NodePaths;
  #memory: Promise<void> | undefined;

  constructor(disk: Disk, paths: NodePaths) {
    this.#disk = disk;
    this.#paths = paths;
  }

  /** The folder of one volume; its plugin makes it. */
  async of(uid: string, plugin: VolumePlugin, volume: string): Promise<string> {
    const inMemory = plugin.inMemory === true;
    if (inMemory) await this.#mountMemory();
    return `${volumesDirectory(this.#paths, uid, inMemory ? "memory" : "disk")}/${folderOf(plugin)}/${volume}`;
  }

  /** Takes down every volume of a pod. */
  async tearDown(uid: string): Promise<void> {
    const inMemory = volumesDirectory(this.#paths, uid, "memory");
    await Promise.all([
      this.#tearDownBelow(volumesDirectory(this.#paths, uid, "disk")),
      this.#tearDownBelow(inMemory).then(() => this.#disk.removeTree(inMemory)),
    ]);
  }

  /** The pods that have volumes in memory, by uid. */
  async inMemory(): Promise<readonly string[]> {
    return await this.#disk.list(memoryDirectory(this.#paths));
  }

  async #tearDownBelow(directory: string): Promise<void> {
    const disk = this.#disk;
    const work: Promise<void>[] = [];
    for (const folder of await disk.list(directory)) {
      const plugin = VOLUME_PLUGINS.find((one) => folder === folderOf(one));
      if (plugin?.tearDown === undefined) continue;
      for (const volume of await disk.list(`${directory}/${folder}`)) {
        work.push(plugin.tearDown(`${directory}/${folder}/${volume}`, disk));
      }
    }
    await Promise.all(work);
  }

  /** Once, for the first who needs it; a kubelet that starts anew finds it mounted. */
  async #mountMemory(): Promise<void> {
    this.#memory ??= this.#mount().catch((error: unknown) => {
      this.#memory = undefined;
      throw error;
    });
    await this.#memory;
  }

  async #mount(): Promise<void> {
    const directory = memoryDirectory(this.#paths);
    await this.#disk.makeDirectory(directory, 0o750);
    if (await this.#disk.isMountPoint(directory)) return;
    await this.#disk.mountMemory(directory, 0);
    await this.#disk.setMode(directory, 0o750);
  }
}

function folderOf({ name }: VolumePlugin): string {
  return `kubernetes.io~${name}`;
}
