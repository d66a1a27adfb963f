import type { NodePaths } from "../containers/names.ts";
import { podDirectory } from "../containers/names.ts";
import type { RememberedResources } from "../pod-life/resize-state.ts";
import type { Disk } from "../ports/disk.ts";

const MOST_BYTES = 1 << 20;

/**
 * What pods were given, a file each in the pod's folder: the API's object tells what is asked for, and the runtime cannot tell
 * all of what is set. A file is replaced as a whole, so that a kubelet killed in the midst of it leaves the old one.
 */
export class ResourceNotes {
  readonly #disk: Disk;
  readonly #paths: NodePaths;
  /** The last write of each pod: they go one after another. */
  readonly #writing = new Map<string, Promise<void>>();

  constructor(disk: Disk, paths: NodePaths) {
    this.#disk = disk;
    this.#paths = paths;
  }

  async write(uid: string, resources: RememberedResources): Promise<void> {
    const before = this.#writing.get(uid)?.catch(() => {});
    const writing = Promise.resolve(before).then(() => this.#replace(uid, JSON.stringify(resources)));
    this.#writing.set(uid, writing);
    try {
      await writing;
    } finally {
      if (this.#writing.get(uid) === writing) this.#writing.delete(uid);
    }
  }

  async all(): Promise<ReadonlyMap<string, RememberedResources>> {
    const found = new Map<string, RememberedResources>();
    for (const uid of await this.#disk.list(`${this.#paths.root}/pods`)) {
      const bytes = await this.#disk.read(this.#file(uid), MOST_BYTES);
      if (bytes !== undefined) found.set(uid, JSON.parse(new TextDecoder().decode(bytes)) as RememberedResources);
    }
    return found;
  }

  async #replace(uid: string, text: string): Promise<void> {
    const file = this.#file(uid);
    await this.#disk.write(`${file}.new`, new TextEncoder().encode(text), 0o600);
    await this.#disk.rename(`${file}.new`, file);
  }

  #file(uid: string): string {
    return `${podDirectory(this.#paths, uid)}/resources.json`;
  }
}
