import type { Waits } from "../../../kubelet/ports/runtime.ts";
import { blobFacts, readBlob, underLease, writeBlob } from "./content.ts";
import type { CallOptions, GrpcChannel } from "./grpc.ts";
import { createImage } from "./image-load.ts";
import { listLoadedImages } from "./loaded-images.ts";

/**
 * Brings the images that were loaded from files into one containerd to another one, which then has them as if the files had been
 * loaded there. What is there already is not read. @returns the names of those that are new
 */
export async function copyLoadedImages(from: GrpcChannel, to: GrpcChannel, waits: Waits): Promise<readonly string[]> {
  const present = await listLoadedImages(to, waits);
  const missing = (await listLoadedImages(from, waits)).filter(
    ({ name, target }) => !present.some((other) => other.name === name && other.target.digest === target.digest),
  );
  await underLease(to, waits, async (options) => {
    for (const { name, target } of missing) {
      await copyBlob(from, to, target.digest, options);
      await createImage(to, { name, target, configDigest: undefined }, options);
    }
  });
  return missing.map(({ name }) => name);
}

/** By labels of this kind a blob says which others it needs. */
const NEEDS = "containerd.io/gc.ref.content";

/** What a blob needs comes first, so that nothing ever refers to what is not there. */
async function copyBlob(from: GrpcChannel, to: GrpcChannel, digest: string, options: CallOptions): Promise<void> {
  const waits = { signal: options.signal };
  const facts = await blobFacts(from, digest, waits);
  if (facts === undefined) throw new Error(`the content ${digest} of an image is not there any more`);
  const { size } = facts;
  const labels = Object.fromEntries(Object.entries(facts.labels).filter(([name]) => name.startsWith(NEEDS)));
  for (const needed of Object.values(labels)) await copyBlob(from, to, needed, options);
  if ((await blobFacts(to, digest, waits)) !== undefined) return;
  await writeBlob(to, { digest, size, labels }, readBlob(from, digest, { offset: 0, size }, waits), options);
}
