import type { ImageRow } from "../cli/context.ts";
import { placesOf } from "../cluster/places.ts";
import { containerdPlaces } from "../host/node/containerd/configuration.ts";
import { type CriRuntime, connectCri } from "../host/node/containerd/cri.ts";
import { loadImageFile } from "../host/node/containerd/image-load.ts";
import { criProcedures } from "../host/node/containerd/procedures.ts";
import { RuntimeError } from "../kubelet/ports/runtime.ts";
import { runningOn } from "./api-access.ts";

/** Brings images from archives to the node of this machine. @returns their names. */
export async function loadNodeImages(
  dataDirectory: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  await using runtime = await nodeRuntime(dataDirectory);
  const names: string[] = [];
  for (const file of files) names.push(...(await loadAgain(runtime, file, signal)));
  return names;
}

const ATTEMPTS = 3;

/**
 * Content is stored by its digest, so a load whose connection broke (containerd was started again, or dropped it) is simply
 * done once more: what has arrived already is not sent again.
 */
async function loadAgain(runtime: CriRuntime, file: string, signal: AbortSignal): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await loadImageFile(runtime.channel, file, { signal });
    } catch (error) {
      const isBroken =
        error instanceof RuntimeError && (error.code === "unavailable" || error.message.includes("ECONNRESET"));
      if (!isBroken || attempt === ATTEMPTS || signal.aborted) throw error;
    }
  }
}

export async function listNodeImages(dataDirectory: string, signal: AbortSignal): Promise<readonly ImageRow[]> {
  await using runtime = await nodeRuntime(dataDirectory);
  const { images } = await runtime.channel.call(criProcedures.listImages, {}, { signal });
  return images.map(({ id, tags, size }) => ({ id, names: tags, bytes: Number(size) }));
}

/** The node's containerd, reached beside the agent. */
async function nodeRuntime(dataDirectory: string): Promise<CriRuntime> {
  const { nodeName } = await runningOn(dataDirectory);
  if (nodeName === undefined) throw new Error("this cluster has only imagined nodes: they need no images");
  const { socket, streams } = containerdPlaces(placesOf(dataDirectory).node(nodeName).containerd);
  return connectCri({ address: `unix://${socket}`, streamsDirectory: streams });
}
