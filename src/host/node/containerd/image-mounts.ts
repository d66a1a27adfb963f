import { createHash } from "node:crypto";
import { mkdir, readdir, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { Mount, Waits } from "../../../kubelet/ports/runtime.ts";
import { run, runOrThrow } from "../packages/run.ts";
import { readBlob } from "./content.ts";
import type { GrpcChannel } from "./grpc.ts";
import { containerdProcedures, criProcedures } from "./procedures.ts";

// CRI knows image volumes only from containerd 2.1 on. What it does there is done here with containerd's own snapshots, which
// every version has: a read-only view of the image's layers is mounted on the node, once a sandbox and image.

export interface ImageMountsOptions {
  /** Absolute, and empty but for what this class makes. */
  readonly directory: string;
  readonly snapshotter: string;
  /** Words that lead into containerd's mount namespace. */
  readonly enter: readonly string[];
}

/** Image volumes as plain mounts. They are known by their folders, so that a restarted agent can give them back. */
export class ImageMounts {
  readonly #channel: GrpcChannel;
  readonly #options: ImageMountsOptions;
  /** By folder: containers of one pod may mount the same image at the same time. */
  readonly #mounting = new Map<string, Promise<void>>();

  constructor(channel: GrpcChannel, options: ImageMountsOptions) {
    this.#channel = channel;
    this.#options = options;
  }

  /**
   * The same mounts, with folders of the node in place of images.
   * @param unpack lays out the layers of an image that no container has been made of yet
   */
  async onHost(
    sandboxId: string,
    mounts: readonly Mount[],
    unpack: (image: string) => Promise<void>,
    options: Waits,
  ): Promise<readonly Mount[]> {
    return await Promise.all(
      mounts.map(async (mount) => {
        const { image, imageSubPath = "", ...plain } = mount;
        if (image === undefined) return mount;
        const folder = await this.#folderOf(sandboxId, image, () => unpack(image), options);
        const hostPath = imageSubPath === "" ? folder : await this.#within(folder, imageSubPath, image);
        return { ...plain, hostPath, readOnly: true };
      }),
    );
  }

  /** Gives back all images of a sandbox. */
  async release(sandboxId: string, options: Waits): Promise<void> {
    const { directory, snapshotter, enter } = this.#options;
    const chains = await readdir(`${directory}/${sandboxId}`).catch(() => []);
    for (const chain of chains) {
      const folder = `${directory}/${sandboxId}/${chain}`;
      this.#mounting.delete(folder);
      // One that is not mounted is no harm; the folder of one that is in use cannot be removed.
      await run([...enter, "umount", folder]);
      await rmdir(folder);
      await this.#channel
        .call(containerdProcedures.removeSnapshot, { snapshotter, key: keyOf(sandboxId, chain) }, options)
        .catch(ignore("not-found"));
    }
    if (chains.length > 0) await rmdir(`${directory}/${sandboxId}`);
  }

  async #folderOf(sandboxId: string, image: string, unpack: () => Promise<void>, options: Waits): Promise<string> {
    const chain = await chainOf(this.#channel, image, options);
    const folder = `${this.#options.directory}/${sandboxId}/${chain.slice(chain.indexOf(":") + 1)}`;
    let mounting = this.#mounting.get(folder);
    if (mounting === undefined) {
      mounting = this.#mount(folder, sandboxId, { chain, unpack }, options);
      this.#mounting.set(folder, mounting);
      mounting.catch(() => this.#mounting.delete(folder));
    }
    await mounting;
    return folder;
  }

  async #mount(
    folder: string,
    sandboxId: string,
    { chain, unpack }: { readonly chain: string; readonly unpack: () => Promise<void> },
    options: Waits,
  ): Promise<void> {
    const { enter } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const { exitCode } = await run([...enter, "mountpoint", "-q", folder]);
    if (exitCode === 0) return;
    const key = keyOf(sandboxId, chain.slice(chain.indexOf(":") + 1));
    const mounts = await this.#view(key, chain, options).catch(async (error: unknown) => {
      if (!(error instanceof RuntimeError) || error.code !== "not-found") throw error;
      await unpack();
      return await this.#view(key, chain, options);
    });
    for (const mount of mounts) await runOrThrow([...enter, ...mountCommand(mount, folder)]);
  }

  async #view(key: string, parent: string, options: Waits): Promise<readonly SnapshotMount[]> {
    const { snapshotter } = this.#options;
    // Nothing in containerd refers to it: without this mark it would be collected.
    const labels = { "containerd.io/gc.root": new Date().toISOString() };
    const request = { snapshotter, key, parent, labels };
    try {
      return (await this.#channel.call(containerdProcedures.viewSnapshot, request, options)).mounts;
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== "already-exists") throw error;
      return (await this.#channel.call(containerdProcedures.snapshotMounts, { snapshotter, key }, options)).mounts;
    }
  }

  /** A link of the image may not lead out of it. */
  async #within(folder: string, subPath: string, image: string): Promise<string> {
    const failure = () =>
      new RuntimeError(
        "unknown",
        `failed to mount image volume: sub-path "${subPath}" of image "${image}" is not there`,
      );
    const { exitCode, stdout } = await run([...this.#options.enter, "realpath", "-e", `${folder}/${subPath}`]);
    const real = stdout.trimEnd();
    if (exitCode !== 0 || (real !== folder && !real.startsWith(`${folder}/`))) throw failure();
    return real;
  }
}

interface SnapshotMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** What identifies the image's unpacked layers as a whole. */
async function chainOf(channel: GrpcChannel, image: string, options: Waits): Promise<string> {
  const { image: found } = await channel.call(criProcedures.imageStatus, { image: { image } }, options);
  if (found === undefined) throw new RuntimeError("not-found", `image "${image}" not found`);
  const { info } = await channel.call(containerdProcedures.contentInfo, { digest: found.id }, options);
  const chunks: Uint8Array[] = [];
  const all = { offset: 0, size: Number(info?.size ?? 0n) };
  for await (const chunk of readBlob(channel, found.id, all, options)) chunks.push(chunk);
  const { rootfs } = JSON.parse(Buffer.concat(chunks).toString()) as { rootfs: { diff_ids: readonly string[] } };
  return chainId(rootfs.diff_ids);
}

/** As the OCI image specification defines it. */
export function chainId(layers: readonly string[]): string {
  return layers.reduce((below, layer) => `sha256:${createHash("sha256").update(`${below} ${layer}`).digest("hex")}`);
}

/**
 * The kernel takes no more than a page of options: many layers fit only by names relative to the folder that they share.
 * `env` is what changes to it, inside the mount namespace.
 */
export function mountCommand({ type, source, options }: SnapshotMount, folder: string): readonly string[] {
  const lower =
    options
      .find((option) => option.startsWith(LOWER))
      ?.slice(LOWER.length)
      .split(":") ?? [];
  const others = options.filter((option) => !option.startsWith(LOWER));
  if (type === "bind") return ["mount", "--bind", "-o", "ro", source, folder];
  if (lower.length === 0) return ["mount", "-t", type, "-o", ["ro", ...others].join(","), source, folder];
  const base = dirname(dirname(lower[0]!));
  const shared = lower.every((layer) => layer.startsWith(`${base}/`));
  const layers = shared ? lower.map((layer) => layer.slice(base.length + 1)) : lower;
  const mount = ["mount", "-t", type, "-o", ["ro", ...others, `${LOWER}${layers.join(":")}`].join(","), source, folder];
  return shared ? ["env", "-C", base, ...mount] : mount;
}

const LOWER = "lowerdir=";

function keyOf(sandboxId: string, chain: string): string {
  return `wherry-image-volume-${sandboxId}-${chain}`;
}

function ignore(code: RuntimeError["code"]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof RuntimeError) || error.code !== code) throw error;
  };
}
