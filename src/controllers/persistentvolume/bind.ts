import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, takenFor } from "../../api/core/v1/volume-binding.ts";
import type { Client } from "../../client/client.ts";

interface BindContext {
  readonly client: Client;
  readonly signal: AbortSignal;
}

/**
 * Binds both to each other, the volume first: whoever else wants it then sees that it is taken, and what is broken off is
 * taken up again. Nothing is written that stands already.
 */
export async function bind(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  context: BindContext,
): Promise<void> {
  const { client, signal } = context;
  const taken = takenFor(volume, claim);
  const stored = taken === volume ? volume : await client.update(PersistentVolume, taken, { signal });
  await setPhase(stored, "Bound", undefined, context);
  const bound = withVolume(claim, volume);
  const current = bound === claim ? claim : await client.update(PersistentVolumeClaim, bound, { signal });
  const { accessModes, capacity } = volume.spec;
  const status = {
    ...current.status,
    phase: "Bound" as const,
    ...(accessModes === undefined ? {} : { accessModes }),
    ...(capacity === undefined ? {} : { capacity }),
  };
  await client.setStatus(PersistentVolumeClaim, current, status, { signal });
}

export async function setPhase(
  volume: PersistentVolume,
  phase: PersistentVolume["status"]["phase"],
  message: string | undefined,
  { client, signal }: BindContext,
): Promise<void> {
  if (volume.status.phase === phase) return;
  const { message: _before, ...others } = volume.status;
  const status = { ...others, phase, ...(message === undefined ? {} : { message }) };
  await client.setStatus(PersistentVolume, volume, status, { signal });
}

/** Free again: what a person wrote into the reference stays, as they keep the volume for that name. */
export async function unbind(volume: PersistentVolume, context: BindContext): Promise<void> {
  const { [BOUND_BY_CONTROLLER]: ours, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec;
  const { uid: _uid, ...reference } = claimRef!;
  const free = {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: ours === undefined ? { ...spec, claimRef: reference } : spec,
  };
  const stored = await context.client.update(PersistentVolume, free, { signal: context.signal });
  await setPhase(stored, "Available", undefined, context);
}

function withVolume(claim: PersistentVolumeClaim, { metadata: { name } }: PersistentVolume): PersistentVolumeClaim {
  const { annotations } = claim.metadata;
  if (claim.spec.volumeName === name && annotations?.[BIND_COMPLETED] !== undefined) return claim;
  const chosen = (claim.spec.volumeName ?? "") === "" ? { [BOUND_BY_CONTROLLER]: "yes" } : {};
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...annotations, ...chosen, [BIND_COMPLETED]: "yes" } },
    spec: { ...claim.spec, volumeName: name },
  };
}
