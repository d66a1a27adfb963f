import type { Kind } from "../../api/kind.ts";
import type { WatchStep } from "../operation.ts";
import type { View } from "./negotiate.ts";
import { partialObject } from "./partial.ts";
import { emptyCells, tableHead } from "./table.ts";

/** What a bookmark shows: how far the watch has come, and nothing else. */
export function bookmark(kind: Kind, view: View, step: Extract<WatchStep, { type: "BOOKMARK" }>): unknown {
  const metadata = {
    resourceVersion: String(step.revision),
    ...(step.initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
  if (view.type === "object") return { kind: kind.kind, apiVersion: kind.apiVersion, metadata };
  if (view.type === "partial") return partialObject(kind, { metadata }, view.version);
  return {
    ...tableHead({ resourceVersion: metadata.resourceVersion }, view.version),
    columnDefinitions: null,
    rows: [{ cells: emptyCells(kind), object: partialObject(kind, { metadata }, view.version) }],
  };
}
