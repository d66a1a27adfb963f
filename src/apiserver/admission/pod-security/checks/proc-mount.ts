import type { CheckedPod, Violation } from "../check.ts";
import { type AnyContainer, containersOf, containersText, containersWhere } from "../containers.ts";
import { distinct, listed } from "../wording.ts";

export function procMount({ spec }: CheckedPod): Violation | undefined {
  const names = containersWhere(spec, (container) => unmasked(container).length > 0);
  if (names.length === 0) return undefined;
  const types = listed(distinct(containersOf(spec).flatMap(unmasked)));
  return { reason: "procMount", detail: `${containersText(names)} must not set securityContext.procMount to ${types}` };
}

function unmasked({ securityContext }: AnyContainer): readonly string[] {
  const type = securityContext?.procMount;
  return type === undefined || type === "Default" ? [] : [type];
}
