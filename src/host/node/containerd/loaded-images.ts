import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { Waits } from "../../../kubelet/ports/runtime.ts";
import { blobFacts } from "./content.ts";
import type { CallOptions, GrpcChannel } from "./grpc.ts";
import { containerdProcedures } from "./procedures.ts";

/** An image that came from a file. */
export interface LoadedImage {
  /** In full, such as `docker.io/library/busybox:latest`. */
  readonly name: string;
  /** Its manifest, or the index of its manifests. */
  readonly target: ImageTarget;
}

export interface ImageTarget {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** All images that came from files and still are what the files held, by name. */
export async function listLoadedImages(channel: GrpcChannel, options: Waits): Promise<readonly LoadedImage[]> {
  const { images } = await channel.call(containerdProcedures.listImageRecords, {}, options);
  const loaded: LoadedImage[] = [];
  for (const record of images) {
    if (await isLoaded(channel, record, options)) loaded.push(loadedImageFrom(record));
  }
  return loaded.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The image of a full name, if it came from a file. */
export async function loadedImage(
  channel: GrpcChannel,
  name: string,
  options: Waits,
): Promise<LoadedImage | undefined> {
  const record = await imageRecord(channel, name, options);
  return record !== undefined && (await isLoaded(channel, record, options)) ? loadedImageFrom(record) : undefined;
}

/**
 * Remembers that an image comes from a file. The mark is a label on the manifest and carries the name: a pull takes all
 * labels from the image's record, even where it finds nothing new, while a newer image of a registry has another manifest.
 * The manifest must be there already.
 */
export async function markLoaded(
  channel: GrpcChannel,
  { name, target }: { readonly name: string; readonly target: ImageTarget },
  options: CallOptions,
): Promise<void> {
  const label = labelOf(name);
  const info = { digest: target.digest, labels: { [label]: "true" } };
  await channel.call(containerdProcedures.updateContent, { info, updateMask: { paths: [`labels.${label}`] } }, options);
}

function labelOf(name: string): string {
  return `wherry.loaded/${name}`;
}

interface ImageRecord {
  readonly name: string;
  readonly target: { readonly mediaType: string; readonly digest: string; readonly size: bigint } | undefined;
}

async function isLoaded(channel: GrpcChannel, { name, target }: ImageRecord, options: Waits): Promise<boolean> {
  if (target === undefined) return false;
  return (await blobFacts(channel, target.digest, options))?.labels[labelOf(name)] === "true";
}

function loadedImageFrom({ name, target }: ImageRecord): LoadedImage {
  const { mediaType, digest, size } = target!;
  return { name, target: { mediaType, digest, size: Number(size) } };
}

async function imageRecord(channel: GrpcChannel, name: string, options: Waits): Promise<ImageRecord | undefined> {
  try {
    return (await channel.call(containerdProcedures.getImage, { name }, options)).image;
  } catch (error) {
    if (error instanceof RuntimeError && error.code === "not-found") return undefined;
    throw error;
  }
}
