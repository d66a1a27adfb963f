import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import type { Waits } from "../../../kubelet/ports/runtime.ts";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import { underLease, writeBlob } from "./content.ts";
import type { CallOptions, GrpcChannel } from "./grpc.ts";
import { imageName } from "./image-name.ts";
import { markLoaded } from "./loaded-images.ts";
import { readArchive, withFirst } from "./image-archive.ts";
import type { ArchiveEntry, ArchiveSink, ImageToCreate } from "./image-archive.ts";
import { containerdProcedures, criProcedures } from "./procedures.ts";

/**
 * Imports every image of an archive, as `docker save` or any OCI tool writes it, plain or gzipped, and returns their full
 * names. Images of the same names are replaced; blobs that are already there are not written again. The images are
 * remembered as loaded (see `listLoadedImages`), so that a pull of them needs no registry.
 * Throws an Error when the archive holds no named image.
 */
export async function loadImages(
  channel: GrpcChannel,
  archive: AsyncIterable<Uint8Array>,
  { signal }: Waits,
): Promise<readonly string[]> {
  return await underLease(channel, { signal }, async (options) => {
    const images = await readArchive(await tarEntries(archive), sinkFor(channel, options));
    for (const image of images) await createImage(channel, image, options);
    return images.map(({ name }) => imageName(name));
  });
}

/** {@link loadImages} from a file. */
export async function loadImageFile(channel: GrpcChannel, path: string, waits: Waits): Promise<readonly string[]> {
  return await loadImages(channel, createReadStream(path, { highWaterMark: 256 * 1024 }), waits);
}

async function tarEntries(archive: AsyncIterable<Uint8Array>): Promise<AsyncIterable<ArchiveEntry>> {
  const iterator = archive[Symbol.asyncIterator]();
  const first = await iterator.next();
  const start: Uint8Array = first.done === true ? new Uint8Array() : first.value;
  const whole = Readable.from(withFirst(start, iterator), { objectMode: false });
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const tar = extract();
  const source = isGzip ? whole.pipe(createGunzip().on("error", (error) => tar.destroy(error))) : whole;
  whole.on("error", (error) => tar.destroy(error));
  source.pipe(tar);
  return entriesOf(tar);
}

async function* entriesOf(tar: ReturnType<typeof extract>): AsyncGenerator<ArchiveEntry> {
  for await (const entry of tar) {
    const { name, size = 0, type, linkname } = entry.header;
    if (type === "directory") {
      entry.resume();
      continue;
    }
    yield {
      name: name.replace(/^\.\//, ""),
      size,
      linkName: type === "symlink" || type === "link" ? (linkname ?? undefined) : undefined,
      content: entry as unknown as AsyncIterable<Uint8Array>,
    };
  }
}

function sinkFor(channel: GrpcChannel, options: CallOptions): ArchiveSink {
  return {
    async writeStream(digest, size, content) {
      const hash = createHash("sha256");
      await writeBlob(channel, { digest: digest ?? "", size }, hashed(content, hash), options);
      return digest ?? digestOf(hash);
    },
    async write(bytes, labels) {
      const digest = digestOf(createHash("sha256").update(bytes));
      await writeBlob(channel, { digest, size: bytes.length, labels }, Readable.from([bytes]), options);
      return digest;
    },
  };
}

async function* hashed(content: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest("hex")}`;
}

/** Gives an image its name: its manifest must be there already. */
export async function createImage(
  channel: GrpcChannel,
  { name: shortName, target, configDigest }: ImageToCreate,
  options: CallOptions,
): Promise<void> {
  const name = imageName(shortName);
  const { mediaType, digest, size } = target;
  const image = { name, target: { mediaType, digest, size } };
  await markLoaded(channel, image, options);
  try {
    await channel.call(containerdProcedures.createImage, { image }, options);
  } catch (error) {
    if (!(error instanceof RuntimeError && error.code === "already-exists")) throw error;
    await channel.call(containerdProcedures.updateImage, { image }, options);
  }
  await untilShown(channel, name, configDigest, options);
}

const LOOKS = 100;

/** CRI learns of images by containerd's events, some milliseconds later. */
async function untilShown(
  channel: GrpcChannel,
  name: string,
  configDigest: string | undefined,
  { signal }: Waits,
): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const { image } = await channel.call(criProcedures.imageStatus, { image: { image: name } }, { signal });
    if (image !== undefined && (configDigest === undefined || image.id === configDigest)) return;
    await sleep(Math.min(5 * (look + 1), 50), undefined, { signal });
  }
  throw new RuntimeError("timeout", `the image "${name}" was written, but the runtime does not show it`);
}
