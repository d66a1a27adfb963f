import type {
  Container,
  EphemeralContainer,
  PodSecurityContext,
  PodSpec,
  SecurityContext,
} from "../../../api/generated/core-v1.ts";
import { listed, worded } from "./wording.ts";

export type AnyContainer = Container | EphemeralContainer;

/** What a pod can say for all of its containers, and a container for itself. */
export type SharedContext = Pick<SecurityContext, keyof SecurityContext & keyof PodSecurityContext>;

/** Init containers first, as in every message. */
export function containersOf(spec: PodSpec): readonly AnyContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

export function containersWhere(spec: PodSpec, isMeant: (container: AnyContainer) => boolean): readonly string[] {
  return containersOf(spec)
    .filter(isMeant)
    .map(({ name }) => name);
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${worded(names.length, "container")} ${listed(names)}`;
}

export interface Setters {
  /** `pod`, `containers "a", "b"`, or both. */
  readonly names: readonly string[];
  readonly contexts: readonly SharedContext[];
}

/** Who of the pod and its containers has a security context that is so. */
export function settersWhere(spec: PodSpec, isMeant: (context: SharedContext) => boolean): Setters {
  const ofPod = isMeant(spec.securityContext) ? [spec.securityContext] : [];
  const containers = containersOf(spec).filter(
    ({ securityContext }) => securityContext !== undefined && isMeant(securityContext),
  );
  const text = containers.length === 0 ? [] : [containersText(containers.map(({ name }) => name))];
  return {
    names: [...ofPod.map(() => "pod"), ...text],
    contexts: [...ofPod, ...containers.map(({ securityContext }) => securityContext!)],
  };
}
