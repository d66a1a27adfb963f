import type { Pod } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Disk } from "../ports/disk.ts";
import { staticPod } from "./manifest.ts";

/** Where a node's static pods are written down. */
export interface StaticPodSource {
  /** A folder with a file for each pod, or one such file. Absolute; it may be absent. */
  readonly path: string;
  readonly disk: Pick<Disk, "list" | "stat" | "read" | "realPath" | "changes">;
}

/** More is no manifest. */
const LARGEST_BYTES = 10 * 2 ** 20;
/** How often the folder is looked at where no change is told of. */
export const LOOK_EVERY_MS = 20_000;

/**
 * Reads the files of a folder again and again. What has not changed is not read as something new: the pod stays the same
 * object. A file that cannot be understood is told of once, and its pod stays what it was.
 */
export class ManifestFolder {
  readonly #source: StaticPodSource;
  readonly #nodeName: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #files = new Map<string, { readonly text: string; readonly pod: Pod | undefined }>();

  constructor(source: StaticPodSource, parts: { nodeName: string; clock: Clock; log: Log }) {
    this.#source = source;
    this.#nodeName = parts.nodeName;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  /** Yields whenever the files may be others, until the signal is aborted. */
  changes(signal: AbortSignal): AsyncIterable<void> {
    return this.#source.disk.changes(this.#source.path, { signal, lookEveryMs: LOOK_EVERY_MS });
  }

  /** The pods as they are now, in the order of their files. @throws {DiskError} where the folder cannot be read */
  async pods(): Promise<readonly Pod[]> {
    const paths = await this.#paths();
    for (const path of this.#files.keys()) if (!paths.includes(path)) this.#files.delete(path);
    for (const path of paths) {
      const text = await this.#text(path);
      const known = this.#files.get(path);
      if (text === undefined) this.#files.delete(path);
      else if (text !== known?.text) this.#files.set(path, { text, pod: this.#decoded(path, text) ?? known?.pod });
    }
    return paths.flatMap((path) => this.#files.get(path)?.pod ?? []);
  }

  async #paths(): Promise<readonly string[]> {
    const { path, disk } = this.#source;
    if ((await this.#typeOf(path)) === "file") return [path];
    const names = await disk.list(path);
    return names.filter((name) => !name.startsWith(".")).map((name) => `${path}/${name}`);
  }

  /** Links are followed, as files of ConfigMaps are such. */
  async #typeOf(path: string) {
    const real = await this.#source.disk.realPath(path);
    return real === undefined ? undefined : (await this.#source.disk.stat(real))?.type;
  }

  /** Undefined for what is no file. */
  async #text(path: string): Promise<string | undefined> {
    if ((await this.#typeOf(path)) !== "file") return undefined;
    const bytes = await this.#source.disk.read(path, LARGEST_BYTES);
    return bytes && new TextDecoder().decode(bytes);
  }

  #decoded(path: string, text: string): Pod | undefined {
    try {
      return staticPod(text, { path, nodeName: this.#nodeName, nowMs: this.#clock.now() });
    } catch (error) {
      this.#log.error("the file of a static pod cannot be used", { path, error });
      return undefined;
    }
  }
}
