import type { Waits } from "../../../kubelet/ports/runtime.ts";
import { blobFacts, readBlob } from "../containerd/content.ts";
import type { GrpcChannel } from "../containerd/grpc.ts";
import { listLoadedImages, loadedImage } from "../containerd/loaded-images.ts";
import { isDigest } from "./request.ts";

/** One thing to be served. */
export interface Content {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface Described {
  readonly mediaType: string;
  readonly digest: string;
}

/** The manifest, or index, of a tag or digest, if it belongs to an image that was loaded from a file. */
export async function findManifest(
  channel: GrpcChannel,
  repository: string,
  reference: string,
  options: Waits,
): Promise<Content | undefined> {
  if (isDigest(reference)) return await findByDigest(channel, repository, reference, isManifest, options);
  return (await loadedImage(channel, `${repository}:${reference}`, options))?.target;
}

/** A layer, configuration or manifest of an image that was loaded from a file. */
export async function findBlob(
  channel: GrpcChannel,
  repository: string,
  digest: string,
  options: Waits,
): Promise<Content | undefined> {
  return await findByDigest(channel, repository, digest, () => true, options);
}

/** Only what images of this name refer to: whoever may use this machine's loopback is not to read pulled, private images. */
async function findByDigest(
  channel: GrpcChannel,
  repository: string,
  digest: string,
  fits: (found: Described) => boolean,
  options: Waits,
): Promise<Content | undefined> {
  for (const { name, target } of await listLoadedImages(channel, options)) {
    if (!name.startsWith(`${repository}:`) && !name.startsWith(`${repository}@`)) continue;
    for await (const found of reachable(channel, target, options)) {
      if (found.digest !== digest || !fits(found)) continue;
      const facts = await blobFacts(channel, digest, options);
      return facts && { mediaType: found.mediaType, digest, size: facts.size };
    }
  }
  return undefined;
}

/** Larger than any manifest may be. */
const LARGEST_MANIFEST = 8 * 1024 * 1024;

/** A manifest and all that it leads to, as far as it is here. */
async function* reachable(channel: GrpcChannel, from: Described, options: Waits): AsyncGenerator<Described> {
  yield from;
  if (!isManifest(from)) return;
  const facts = await blobFacts(channel, from.digest, options);
  // The archive of an index may hold the manifests of some platforms only.
  if (facts === undefined || facts.size > LARGEST_MANIFEST) return;
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBlob(channel, from.digest, { offset: 0, size: facts.size }, options))
    chunks.push(chunk);
  const document = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly manifests?: readonly Described[];
    readonly config?: Described;
    readonly layers?: readonly Described[];
  };
  for (const child of document.manifests ?? []) yield* reachable(channel, child, options);
  if (document.config !== undefined) yield document.config;
  yield* document.layers ?? [];
}

const MANIFEST_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
]);

function isManifest({ mediaType }: Described): boolean {
  return MANIFEST_TYPES.has(mediaType);
}
