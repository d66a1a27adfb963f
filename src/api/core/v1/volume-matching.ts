import type { Node, PersistentVolume, PersistentVolumeClaim } from "../../generated/core-v1.ts";
import { matches, selectorOf } from "../../../machinery/labels.ts";
import { compareQuantities, parseQuantity } from "../../../machinery/quantity.ts";
import { nodeMatchesAny } from "./node-matching.ts";
import { classOf, isFor } from "./volume-binding.ts";

/** What narrows the choice of a volume. */
export interface Choice {
  /** Of volumes that are meant for nobody none may be taken yet. */
  readonly onlyMeant?: boolean;
  /** The volume has to be reachable from this node. */
  readonly node?: Node;
}

/**
 * The volume that a claim gets: one that is meant for it, or else the smallest free one that has all it asks for. One that is
 * meant for it and cannot be reached from the node rules out all others.
 */
export function volumeFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { onlyMeant = false, node }: Choice,
): PersistentVolume | undefined {
  const isNear = (volume: PersistentVolume) => node === undefined || isReachable(volume, node);
  const fitting = volumes.filter((volume) => fits(volume, claim));
  const meant = fitting.find((volume) => isFor(volume, claim));
  if (meant !== undefined) return isNear(meant) ? meant : undefined;
  if (onlyMeant) return undefined;
  const free = fitting.filter((volume) => isFree(volume, claim) && isNear(volume));
  return free.toSorted((a, b) => compareQuantities(sizeOf(a), sizeOf(b)))[0];
}

/** Whether pods on the node can use the volume, by its node affinity. */
export function isReachable({ spec }: PersistentVolume, node: Node): boolean {
  const required = spec.nodeAffinity?.required;
  return required === undefined || nodeMatchesAny(required.nodeSelectorTerms, node);
}

/** What a claim asks for. */
export function sizeAsked({ spec }: PersistentVolumeClaim) {
  return parseQuantity(spec.resources.requests?.["storage"] ?? "0");
}

function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { accessModes = [], volumeMode = "Filesystem", volumeAttributesClassName = "" } = claim.spec;
  return (
    volume.metadata.deletionTimestamp === undefined &&
    accessModes.every((mode) => volume.spec.accessModes?.includes(mode)) &&
    (volume.spec.volumeMode ?? "Filesystem") === volumeMode &&
    (volume.spec.volumeAttributesClassName ?? "") === volumeAttributesClassName &&
    compareQuantities(sizeOf(volume), sizeAsked(claim)) >= 0
  );
}

function isFree(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector } = claim.spec;
  return (
    volume.spec.claimRef === undefined &&
    volume.status.phase === "Available" &&
    classOf(volume) === classOf(claim) &&
    (selector === undefined || matches(selectorOf(selector), volume.metadata.labels))
  );
}

function sizeOf({ spec }: PersistentVolume) {
  return parseQuantity(spec.capacity?.["storage"] ?? "0");
}
