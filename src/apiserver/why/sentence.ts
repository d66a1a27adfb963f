import type { ChangeRecord } from "../../store/contract.ts";

/** What a change did, so that the object's name may follow: `writes the status of`. */
export function sentenceOf({ type, verb }: Pick<ChangeRecord, "type" | "verb">): string {
  if (type === "create") return "creates";
  if (type === "delete") return "removes";
  const [action, subresource] = verb.split(" ") as [string, string?];
  if (action === "delete" || action === "deletecollection") return "asks for the end of";
  switch (subresource) {
    case undefined:
      return "changes";
    case "binding":
      return "gives a node to";
    case "eviction":
      return "evicts";
    case "status":
      return "writes the status of";
    case "scale":
      return "scales";
    default:
      return `writes ${subresource} of`;
  }
}
