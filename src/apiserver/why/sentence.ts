import type { ChangeRecord } from "../../store/contract.ts";

/** What a change did, so that the object's name may follow: `writes the status of`. */
export function sentenceOf({ type, verb, changed = [] }: Pick<ChangeRecord, "type" | "verb" | "changed">): string {
  if (type === "create") return "creates";
  if (type === "delete") return "removes";
  const [action, subresource] = verb.split(" ") as [string, string?];
  if (action === "delete" || action === "deletecollection") return "asks for the end of";
  if (subresource === "status") return "writes the status of";
  // A binding and a scale end as plain updates: what they change tells them.
  if (changed.some((point) => point.startsWith("spec.nodeName: absent → "))) return "gives a node to";
  if (changed.length === 1 && changed[0]!.startsWith("spec.replicas: ")) return "scales";
  return subresource === undefined ? "changes" : `writes ${subresource} of`;
}
