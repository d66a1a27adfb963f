import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { SELECTED_NODE, takenFor } from "../../api/core/v1/volume-binding.ts";
import type { Node } from "../../api/generated/core-v1.ts";
import type { Cause } from "../../base/cause.ts";
import type { Clock } from "../../base/clock.ts";
import { type Client, strategicPatch } from "../../client/client.ts";
import type { PodInfo } from "../pod-info.ts";
import type { AssumedVolumes } from "./assumed.ts";
import { claimsOf } from "./claims.ts";
import { volumesOn } from "./find.ts";
import { type Progress, progressOf, type Written } from "./progress.ts";

/** A provisioner may take so long. */
const PATIENCE_MS = 600_000;

export interface VolumeBinderParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly volumes: AssumedVolumes;
  /** Whether the pod is still there. */
  readonly exists: (pod: Pod) => boolean;
}

/** What is kept for a pod on its node: `volumes` and `claims` as they are to be written. */
export type Reserved = Written;

/** The volumes of a pod could not be bound; the message is Kubernetes'. The pod is to be tried again. */
export class VolumeBindingError extends Error {
  override readonly name = "VolumeBindingError";

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`running PreBind plugin "VolumeBinding": ${why}`, { cause });
  }
}

/**
 * Binds what a pod's claims get on its node before the pod itself is bound: takes volumes for them, or tells provisioners
 * the node, and waits until others have carried that out. It waits for changes (`recheck`), and looks at nothing in between.
 */
export class VolumeBinder {
  readonly #parts: VolumeBinderParts;
  readonly #looks = new Set<() => void>();
  #writing = 0;

  constructor(parts: VolumeBinderParts) {
    this.#parts = parts;
  }

  /** All that it does is to wait. */
  get idle(): boolean {
    return this.#writing === 0;
  }

  /** Counts what the pod gets there as taken. Undefined where all its claims have their volumes. */
  reserve(pod: PodInfo, node: Node): Reserved | undefined {
    const { volumes: view } = this.#parts;
    const claims = pod.claims.length === 0 ? undefined : claimsOf(pod, view);
    if (claims?.type !== "claims" || claims.delayed.length === 0) return undefined;
    const found = volumesOn(claims, node, view);
    const volumes = found.bindings.map(({ volume, claim }) => takenFor(volume, claim));
    const provisions = found.provisions.map((claim) => withNode(claim, node));
    view.assume(volumes, provisions);
    return { node, volumes, claims: provisions };
  }

  /** @throws VolumeBindingError when it fails or takes too long, the signal's reason when that is aborted. */
  async bind(pod: Pod, reserved: Reserved, cause: Cause, signal: AbortSignal): Promise<void> {
    const { volumes, exists } = this.#parts;
    try {
      const written = await this.#write(pod, reserved, cause, signal);
      await this.#until(() => {
        if (!exists(pod)) return { type: "failed", why: "pod does not exist any more" };
        return progressOf(written, volumes.told);
      }, signal);
    } catch (error) {
      throw signal.aborted ? error : new VolumeBindingError(error);
    } finally {
      // What was written is told by now; what was not is free again.
      volumes.release(reserved.volumes, reserved.claims);
    }
  }

  /** A claim, a volume or a pod changed. */
  recheck(): void {
    for (const look of this.#looks) look();
  }

  async #write(pod: Pod, reserved: Reserved, cause: Cause, signal: AbortSignal): Promise<Written> {
    this.#writing += 1;
    try {
      await this.#tellNode(pod, reserved.node.metadata.name, cause, signal);
      return await this.#writeVolumes(reserved, cause, signal);
    } finally {
      this.#writing -= 1;
    }
  }

  /** Binding may take its time: others see where the pod is about to go. */
  async #tellNode({ metadata, status }: Pod, node: string, cause: Cause, signal: AbortSignal): Promise<void> {
    if (status.nominatedNodeName === node) return;
    const patch = strategicPatch({ status: { nominatedNodeName: node } });
    await this.#parts.client.patch(Pod, metadata, patch, { subresource: "status", signal, cause });
  }

  async #writeVolumes({ node, volumes, claims }: Reserved, cause: Cause, signal: AbortSignal): Promise<Written> {
    const { client, volumes: view } = this.#parts;
    const written: { volumes: PersistentVolume[]; claims: PersistentVolumeClaim[] } = { volumes: [], claims: [] };
    for (const volume of volumes) {
      const stands = view.told.volume(volume.metadata.name) === volume;
      written.volumes.push(stands ? volume : await client.update(PersistentVolume, volume, { signal, cause }));
    }
    for (const claim of claims) {
      const stands = view.told.claim(`${claim.metadata.namespace}/${claim.metadata.name}`) === claim;
      written.claims.push(stands ? claim : await client.update(PersistentVolumeClaim, claim, { signal, cause }));
    }
    return { node, ...written };
  }

  async #until(progress: () => Progress, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#looks.delete(look);
        timer[Symbol.dispose]();
        signal.removeEventListener("abort", onAbort);
        settle();
      };
      const look = () => {
        const now = progress();
        if (now.type === "bound") end(resolve);
        if (now.type === "failed") end(() => reject(new Error(`binding volumes: ${now.why}`)));
      };
      const onAbort = () => end(() => reject(signal.reason as Error));
      const timer = this.#parts.clock.timer(PATIENCE_MS, () =>
        end(() => reject(new Error("binding volumes: context deadline exceeded"))),
      );
      signal.addEventListener("abort", onAbort, { once: true });
      this.#looks.add(look);
      look();
    });
  }
}

function withNode(claim: PersistentVolumeClaim, { metadata: { name } }: Node): PersistentVolumeClaim {
  const { annotations } = claim.metadata;
  if (annotations?.[SELECTED_NODE] === name) return claim;
  return { ...claim, metadata: { ...claim.metadata, annotations: { ...annotations, [SELECTED_NODE]: name } } };
}
