import type { Pod, Secret } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import { formatDuration } from "../../machinery/duration.ts";
import type { PodEvent, StartFailure } from "../pod-life/observation.ts";
import type { ContainerRuntime, Image, RegistryAuth } from "../ports/runtime.ts";
import { parseImageName, withTag } from "./image-name.ts";
import { credentialsFor } from "./pull-secrets.ts";

/** A container could not be started, for a reason that its waiting state shows. */
export class StartError extends Error {
  readonly failure: StartFailure;
  constructor(failure: StartFailure, options?: { cause?: unknown }) {
    super(failure.message, options);
    this.failure = failure;
  }
}

const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 300_000;
/** A failed pull is shown as such for a moment, then as waiting. */
const ERROR_SHOWN_MS = 2_000;
/** More pulls at once only share the same line. */
const MOST_PULLS = 4;

export interface ImageDemand {
  readonly pod: Pod;
  /** As the pod names it. */
  readonly image: string;
  /** Absent: as the image's tag tells. */
  readonly policy: string | undefined;
  /** What events are about: this container, or the pod. */
  readonly container?: string;
  readonly secrets: readonly Secret[];
  readonly onEvent: (event: PodEvent) => void;
  readonly signal: AbortSignal;
}

/** Sees to it that images are here when containers need them. */
export class ImagePuller {
  readonly #runtime: ContainerRuntime;
  readonly #clock: Clock;
  /** By pod and image, so that one pod's failure does not hold back another's. */
  readonly #delays = new Map<string, { delayMs: number; failedAtMs: number }>();
  readonly #waiting: (() => void)[] = [];
  #pulling = 0;

  constructor(runtime: ContainerRuntime, clock: Clock) {
    this.#runtime = runtime;
    this.#clock = clock;
  }

  /** @returns the image, by its id. @throws StartError in Kubernetes' words */
  async ensure(demand: ImageDemand): Promise<Image> {
    const { image: wanted, signal } = demand;
    const policy = demand.policy ?? defaultPolicy(wanted);
    const reference = this.#reference(demand, wanted);
    const present = policy === "Always" ? undefined : await this.#runtime.image(reference, { signal });
    if (present !== undefined) {
      const message = `Container image "${wanted}" already present on machine and can be accessed by the pod`;
      this.#tell(demand, "Normal", "Pulled", message);
      return present;
    }
    if (policy === "Never") {
      const message = `Container image "${wanted}" is not present with pull policy of Never`;
      this.#tell(demand, "Warning", "ErrImageNeverPull", message);
      throw new StartError({ reason: "ErrImageNeverPull", message });
    }
    return await this.#pull(demand, wanted, reference);
  }

  /** Forgets a pod's failures. */
  forget(podUid: string): void {
    for (const key of this.#delays.keys()) if (key.startsWith(`${podUid}_`)) this.#delays.delete(key);
  }

  #reference(demand: ImageDemand, wanted: string): string {
    try {
      return withTag(wanted);
    } catch (error) {
      const message = `Failed to apply default image tag "${wanted}": ${(error as Error).message}`;
      this.#tell(demand, "Warning", "InspectFailed", message);
      throw new StartError({ reason: "InvalidImageName", message }, { cause: error });
    }
  }

  async #pull(demand: ImageDemand, wanted: string, reference: string): Promise<Image> {
    const key = `${demand.pod.metadata.uid}_${wanted}`;
    this.#tell(demand, "Normal", "Pulling", `Pulling image "${wanted}"`);
    const askedAtMs = this.#clock.now();
    await this.#turn();
    const startedAtMs = this.#clock.now();
    let image: Image | undefined;
    try {
      await this.#pullWithAny(reference, credentialsFor(reference, demand.secrets), demand.signal);
      image = await this.#runtime.image(reference, { signal: demand.signal });
    } catch (error) {
      throw this.#failed(demand, wanted, key, error);
    } finally {
      this.#pulling -= 1;
      this.#waiting.shift()?.();
    }
    if (image === undefined)
      throw this.#failed(demand, wanted, key, new Error(`image ${wanted} vanished after its pull`));
    this.#delays.delete(key);
    const now = this.#clock.now();
    const took = `${formatDuration(now - startedAtMs)} (${formatDuration(now - askedAtMs)} including waiting)`;
    const message = `Successfully pulled image "${wanted}" in ${took}. Image size: ${image.sizeBytes} bytes.`;
    this.#tell(demand, "Normal", "Pulled", message);
    return image;
  }

  async #turn(): Promise<void> {
    while (this.#pulling >= MOST_PULLS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#pulling += 1;
  }

  /** Tries each set of credentials, and none if there is none. */
  async #pullWithAny(reference: string, credentials: readonly RegistryAuth[], signal: AbortSignal): Promise<void> {
    let failure: unknown;
    for (const auth of credentials.length === 0 ? [undefined] : credentials) {
      try {
        await this.#runtime.pullImage(reference, auth, { signal });
        return;
      } catch (error) {
        failure = error;
        if (signal.aborted) break;
      }
    }
    throw failure;
  }

  #failed(demand: ImageDemand, wanted: string, key: string, cause: unknown): StartError {
    const text = cause instanceof Error ? cause.message : String(cause);
    const now = this.#clock.now();
    const before = this.#delays.get(key);
    const forgotten = before === undefined || now - before.failedAtMs > 2 * LONGEST_DELAY_MS;
    const delayMs = forgotten ? FIRST_DELAY_MS : Math.min(before.delayMs * 2, LONGEST_DELAY_MS);
    this.#delays.set(key, { delayMs, failedAtMs: now });
    this.#tell(demand, "Warning", "Failed", `Failed to pull image "${wanted}": ${text}`);
    const [reason, message] = classified(wanted, text);
    const backingOff = `Back-off pulling image "${wanted}"`;
    return new StartError(
      {
        reason,
        message,
        retryAtMs: now + delayMs,
        later: {
          atMs: now + Math.min(ERROR_SHOWN_MS, delayMs),
          reason: "ImagePullBackOff",
          message: `${backingOff}: ${reason}: ${message}`,
          event: { type: "Normal", reason: "BackOff", message: backingOff, ...about(demand) },
        },
      },
      { cause },
    );
  }

  #tell(demand: ImageDemand, type: PodEvent["type"], reason: string, message: string): void {
    demand.onEvent({ type, reason, message, ...about(demand) });
  }
}

function about({ container }: ImageDemand): Pick<PodEvent, "container"> {
  return container === undefined ? {} : { container };
}

/** Some runtimes say at the start of the text what went wrong. */
function classified(image: string, text: string): [reason: string, message: string] {
  for (const [reason, why] of [
    ["RegistryUnavailable", "the registry is unavailable"],
    ["SignatureValidationFailed", "the signature validation failed"],
  ] as const) {
    if (text.startsWith(reason))
      return [reason, `image pull failed for ${image} because ${why}${text.slice(reason.length)}`];
  }
  return ["ErrImagePull", text];
}

function defaultPolicy(image: string): "Always" | "IfNotPresent" {
  try {
    return parseImageName(image).tag === "latest" ? "Always" : "IfNotPresent";
  } catch {
    return "IfNotPresent";
  }
}
