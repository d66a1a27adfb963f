import type { ImageRow } from "../cli/context.ts";
import { readNodes } from "../cluster/nodes/record.ts";
import { placesOf } from "../cluster/places.ts";
import { findCompartment, pathInside } from "../host/node/compartments/compartment.ts";
import { containerdPlaces } from "../host/node/containerd/configuration.ts";
import { type CriRuntime, connectCri } from "../host/node/containerd/cri.ts";
import { loadImageFile } from "../host/node/containerd/image-load.ts";
import { criProcedures } from "../host/node/containerd/procedures.ts";
import { RuntimeError } from "../kubelet/ports/runtime.ts";
import { runningOn } from "./api-access.ts";

/** Brings images from archives to all nodes of this machine that run. @returns their names. */
export async function loadNodeImages(
  dataDirectory: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const loaded = await Promise.all(
    (await nodesOf(dataDirectory)).map(async (node) => {
      await using runtime = await nodeRuntime(dataDirectory, node);
      const names: string[] = [];
      for (const file of files) names.push(...(await loadAgain(runtime, file, signal)));
      return names;
    }),
  );
  return loaded[0]!;
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

/** The images of all nodes of this machine that run, each once. */
export async function listNodeImages(dataDirectory: string, signal: AbortSignal): Promise<readonly ImageRow[]> {
  const rows = new Map<string, ImageRow>();
  for (const node of await nodesOf(dataDirectory)) {
    await using runtime = await nodeRuntime(dataDirectory, node);
    const { images } = await runtime.channel.call(criProcedures.listImages, {}, { signal });
    for (const { id, tags, size } of images) rows.set(id, { id, names: tags, bytes: Number(size) });
  }
  return [...rows.values()];
}

/** The machine itself first. */
async function nodesOf(dataDirectory: string): Promise<readonly string[]> {
  const { nodeName } = await runningOn(dataDirectory);
  if (nodeName === undefined) throw new Error("this cluster has only imagined nodes: they need no images");
  return [nodeName, ...readNodes(dataDirectory).flatMap(({ name, on }) => (on ? [name] : []))];
}

/** The node's containerd, reached beside the agent. */
async function nodeRuntime(dataDirectory: string, node: string): Promise<CriRuntime> {
  const { root, containerd } = placesOf(dataDirectory).node(node);
  const { socket, streams } = containerdPlaces(containerd);
  const init = await findCompartment(root);
  const path = init === undefined ? socket : pathInside(init, socket);
  return connectCri({ address: `unix://${path}`, streamsDirectory: streams });
}
