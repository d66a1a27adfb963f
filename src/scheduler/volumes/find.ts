import { classOf, NO_PROVISIONER, SELECTED_NODE } from "../../api/core/v1/volume-binding.ts";
import { isReachable, sizeAsked, volumeFor } from "../../api/core/v1/volume-matching.ts";
import type { Node, PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import type { StorageClass } from "../../api/generated/storage-v1.ts";
import { compareQuantities } from "../../machinery/quantity.ts";
import type { DelayedClaim, PodClaims } from "./claims.ts";
import type { VolumeView } from "./view.ts";

/** How a pod's claims get their volumes on one node. */
export interface VolumesOnNode {
  /** Why they cannot, in the order in which Kubernetes tells; empty where they can. */
  readonly reasons: readonly string[];
  readonly bindings: readonly Binding[];
  /** Claims whose volumes are yet to be made. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

export interface Binding {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
}

const NONE_TO_BIND = "node(s) didn't find available persistent volumes to bind";
const OTHER_NODES = "node(s) didn't match PersistentVolume's node affinity";
const NOT_THERE = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";

export function volumesOn(
  { bound, delayed }: Extract<PodClaims, { type: "claims" }>,
  node: Node,
  view: VolumeView,
): VolumesOnNode {
  const conflict = conflictOf(bound, node, view);
  const found = delayed.length === 0 ? NOTHING : findFor(delayed, node, view);
  const reasons = [
    ...(conflict === OTHER_NODES ? [OTHER_NODES] : []),
    ...(found === undefined ? [NONE_TO_BIND] : []),
    ...(conflict === NOT_THERE ? [NOT_THERE] : []),
  ];
  return { reasons, ...(found ?? NOTHING) };
}

const NOTHING: Omit<VolumesOnNode, "reasons"> = { bindings: [], provisions: [] };

function conflictOf(bound: readonly PersistentVolumeClaim[], node: Node, view: VolumeView): string | undefined {
  for (const { spec } of bound) {
    const volume = view.volume(spec.volumeName!);
    if (volume === undefined) return NOT_THERE;
    if (!isReachable(volume, node)) return OTHER_NODES;
  }
  return undefined;
}

/** Undefined where one of them finds nothing here. */
function findFor(
  delayed: readonly DelayedClaim[],
  node: Node,
  view: VolumeView,
): Omit<VolumesOnNode, "reasons"> | undefined {
  const selected = ({ metadata }: PersistentVolumeClaim) => metadata.annotations?.[SELECTED_NODE];
  const begun = delayed.map(({ claim }) => claim).filter((claim) => selected(claim) !== undefined);
  if (begun.some((claim) => selected(claim) !== node.metadata.name)) return undefined;
  // The smallest first, so that none takes a volume that a larger one needs.
  const open = delayed
    .filter(({ claim }) => selected(claim) === undefined)
    .toSorted((a, b) => compareQuantities(sizeAsked(a.claim), sizeAsked(b.claim)));
  const bindings: Binding[] = [];
  const provisions = [...begun];
  const taken = new Set<PersistentVolume>();
  for (const { claim, volumes } of open) {
    const left = taken.size === 0 ? volumes : volumes.filter((volume) => !taken.has(volume));
    const volume = volumeFor(claim, left, { node });
    if (volume === undefined) provisions.push(claim);
    else {
      taken.add(volume);
      bindings.push({ claim, volume });
    }
  }
  const canBeMade = provisions.every((claim) => isProvided(view.storageClass(classOf(claim)), node));
  return canBeMade ? { bindings, provisions } : undefined;
}

/** Whether a volume of the class can be made for the node. */
function isProvided(storage: StorageClass | undefined, node: Node): boolean {
  const { provisioner = "", allowedTopologies = [] } = storage ?? {};
  if (provisioner === "" || provisioner === NO_PROVISIONER) return false;
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(
    ({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.length > 0 &&
      matchLabelExpressions.every(({ key, values }) => values.includes(node.metadata.labels?.[key] ?? "")),
  );
}
