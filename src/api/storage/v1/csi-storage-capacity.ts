import { dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid } from "../../../machinery/issue.ts";
import type { LabelSelector } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkNonnegativeQuantity } from "../../amounts.ts";
import { checkFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import { OLD_NODE_LABELS, termWarnings } from "../../core/v1/node-labels.ts";
import { facts } from "../../generated/resources.ts";
import type { CSIStorageCapacity as StoredCSIStorageCapacity } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type CSIStorageCapacity = StoredCSIStorageCapacity;

export const CSIStorageCapacity: Kind<CSIStorageCapacity> = defineKind(facts.storage.v1.CSIStorageCapacity, {
  metadataChecks: { update: ["whole", "change"] },
  allowsUnconditionalUpdate: false,
  validate({ nodeTopology, storageClassName, capacity }) {
    const issues: Issues = [];
    if (nodeTopology !== undefined) checkSelector(nodeTopology, "nodeTopology", issues);
    checkFormat(storageClassName, "storageClassName", dnsSubdomain, issues);
    if (capacity !== undefined) checkNonnegativeQuantity(capacity, "capacity", issues);
    return issues;
  },
  *validateUpdate(capacity, old) {
    for (const name of ["nodeTopology", "storageClassName"] as const) {
      if (!sameJson(capacity[name], old[name])) yield invalid(name, capacity[name], IMMUTABLE);
    }
  },
  *warnings({ nodeTopology }) {
    if (nodeTopology !== undefined) yield* topologyWarnings(nodeTopology, "nodeTopology");
  },
});

function* topologyWarnings(selector: LabelSelector, at: string): Iterable<string> {
  yield* termWarnings(selector, at);
  for (const label in selector.matchLabels) {
    const message = OLD_NODE_LABELS[label];
    if (message !== undefined) yield `${at}.matchLabels.${label}: ${message}`;
  }
}
