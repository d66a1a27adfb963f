import type { Pod } from "../../../api/generated/core-v1.ts";

type Images = readonly { readonly name: string; readonly image?: string }[];

/** Of what can change in a pod, only containers and their images matter to its security. */
export function isSignificant(pod: Pod, old: Pod): boolean {
  return (
    differ(pod.spec.containers, old.spec.containers) ||
    differ(pod.spec.initContainers ?? [], old.spec.initContainers ?? []) ||
    (pod.spec.ephemeralContainers ?? []).some(({ name, image }) => {
      const before = old.spec.ephemeralContainers?.find((container) => container.name === name);
      return before === undefined || before.image !== image;
    })
  );
}

function differ(next: Images, before: Images): boolean {
  return next.length !== before.length || next.some(({ image }, index) => image !== before[index]!.image);
}
