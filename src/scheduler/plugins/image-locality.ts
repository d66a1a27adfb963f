import type { NodeInfo } from "../node-info.ts";
import { MAX_SCORE, type Plugin } from "../plugin.ts";

const MEBIBYTE = 1024 * 1024;
/** Less than the first is not worth a thought; more than the second counts in full. Per container. */
const LEAST = 23 * MEBIBYTE;
const MOST = 1000 * MEBIBYTE;

/** Likes nodes that have the pod's images already, the larger the more. */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  weight: 1,
  wakesOn: [],
  forPod({ pod }, { nodes }) {
    const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const images = containers.map(({ image }) => normalized(image ?? ""));
    const spread = new Map(images.map((image) => [image, shareWith(nodes, image)]));
    if ([...spread.values()].every((share) => share === 0)) return undefined;
    const most = MOST * containers.length;
    return {
      sort: JSON.stringify(images),
      score({ images: present }) {
        let bytes = 0;
        // An image that is everywhere says nothing against the others; one that is rare should not draw all pods to it.
        for (const image of images) bytes += Math.floor((present.get(image) ?? 0) * (spread.get(image) ?? 0));
        return Math.floor((MAX_SCORE * (Math.min(Math.max(bytes, LEAST), most) - LEAST)) / (most - LEAST));
      },
    };
  },
};

const shares = new WeakMap<readonly NodeInfo[], Map<string, number>>();

/** How many of the nodes have an image: counted once for each list of nodes, not for each pod. */
function shareWith(nodes: readonly NodeInfo[], image: string): number {
  let known = shares.get(nodes);
  if (known === undefined) shares.set(nodes, (known = new Map()));
  let share = known.get(image);
  if (share === undefined) {
    share = nodes.filter((node) => node.images.has(image)).length / nodes.length;
    known.set(image, share);
  }
  return share;
}

/** A name without a tag means the latest. */
function normalized(image: string): string {
  return image.lastIndexOf(":") <= image.lastIndexOf("/") ? `${image}:latest` : image;
}
