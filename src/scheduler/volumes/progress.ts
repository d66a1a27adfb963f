import { isFullyBound, SELECTED_NODE } from "../../api/core/v1/volume-binding.ts";
import { isReachable } from "../../api/core/v1/volume-matching.ts";
import type { Node, PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import { nameKey } from "../../client/informer.ts";
import { isNewer } from "./assumed.ts";
import type { VolumeView } from "./view.ts";

/** What was written for a pod that waits for its volumes, as the API server keeps it. */
export interface Written {
  readonly node: Node;
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
}

export type Progress =
  | { readonly type: "bound" }
  | { readonly type: "waits" }
  | { readonly type: "failed"; readonly why: string };

/** How far the binding of volumes has come. @param told without anything assumed: others may have assumed more since. */
export function progressOf({ node, volumes, claims }: Written, told: VolumeView): Progress {
  const all = [
    ...volumes.map((volume) => ofVolume(volume, node, told)),
    ...claims.map((claim) => ofClaim(claim, node, told)),
  ];
  return all.find(({ type }) => type !== "bound") ?? { type: "bound" };
}

function ofVolume(written: PersistentVolume, node: Node, told: VolumeView): Progress {
  const { name } = written.metadata;
  const { claimRef: reference } = written.spec;
  const volume = told.volume(name);
  const claim = told.claim(`${reference!.namespace}/${reference!.name}`);
  if (volume === undefined) return failed(`failed to check binding: persistentvolume "${name}" not found`);
  if (claim === undefined) {
    return failed(`failed to check binding: persistentvolumeclaim "${reference!.name}" not found`);
  }
  if (isNewer(written, volume)) return { type: "waits" };
  if (!isReachable(volume, node)) return wrongNode(volume, node);
  if ((volume.spec.claimRef?.uid ?? "") === "") return failed(`ClaimRef got reset for pv "${name}"`);
  return { type: isFullyBound(claim) ? "bound" : "waits" };
}

function ofClaim(written: PersistentVolumeClaim, node: Node, told: VolumeView): Progress {
  const { name } = written.metadata;
  const claim = told.claim(nameKey(written.metadata));
  if (claim === undefined) return failed(`failed to check provisioning pvc: persistentvolumeclaim "${name}" not found`);
  if (isNewer(written, claim)) return { type: "waits" };
  const { annotations } = claim.metadata;
  if (annotations === undefined) return failed(`selectedNode annotation reset for PVC "${name}"`);
  // A provisioner that cannot make the volume there takes the annotation away.
  if (annotations[SELECTED_NODE] !== node.metadata.name) return failed(`provisioning failed for PVC "${name}"`);
  const { volumeName = "" } = claim.spec;
  if (volumeName !== "") {
    const volume = told.volume(volumeName);
    if (volume === undefined) return { type: "waits" };
    if (!isReachable(volume, node)) return wrongNode(volume, node);
  }
  return { type: isFullyBound(claim) ? "bound" : "waits" };
}

function failed(why: string): Progress {
  return { type: "failed", why };
}

function wrongNode(volume: PersistentVolume, node: Node): Progress {
  return failed(
    `pv "${volume.metadata.name}" node affinity doesn't match node "${node.metadata.name}": no matching NodeSelectorTerms`,
  );
}
