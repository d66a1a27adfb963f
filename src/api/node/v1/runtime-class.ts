import { dnsLabel } from "../../../machinery/formats.ts";
import { duplicate, invalid } from "../../../machinery/issue.ts";
import { checkRequiredFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { checkLabels } from "../../core/v1/label-selector.ts";
import { OLD_NODE_LABELS } from "../../core/v1/node-labels.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import { checkResources, containerResourceName } from "../../core/v1/pod-spec/resources.ts";
import { checkTolerations } from "../../core/v1/pod-spec/scheduling.ts";
import type { Toleration } from "../../generated/core-v1.ts";
import type { RuntimeClass as StoredRuntimeClass } from "../../generated/node-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type RuntimeClass = StoredRuntimeClass;

export const RuntimeClass: Kind<RuntimeClass> = defineKind(facts.node.v1.RuntimeClass, {
  metadataChecks: { update: ["whole", "change"] },
  anyFinalizer: true,
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  columns: [{ name: "Handler", type: "string", value: ({ handler }) => handler }, age],
  validate({ handler, overhead, scheduling }) {
    const issues: Issues = [];
    checkRequiredFormat(handler, "handler", dnsLabel, issues);
    const { podFixed } = overhead ?? {};
    if (podFixed !== undefined) checkResources({ limits: podFixed }, containerResourceName, [], "overhead", issues);
    if (scheduling === undefined) return issues;
    if (scheduling.nodeSelector !== undefined) {
      checkLabels(scheduling.nodeSelector, "scheduling.nodeSelector", issues);
    }
    checkDistinctTolerations(scheduling.tolerations ?? [], "scheduling.tolerations", issues);
    return issues;
  },
  *validateUpdate({ handler }, old) {
    if (handler !== old.handler) yield invalid("handler", handler, IMMUTABLE);
  },
  *warnings({ scheduling }) {
    for (const label in scheduling?.nodeSelector) {
      const message = OLD_NODE_LABELS[label];
      if (message !== undefined) yield `scheduling.nodeSelector: ${message}`;
    }
  },
});

/** Tolerations that are the same but for how long are told twice. */
function checkDistinctTolerations(tolerations: readonly Toleration[], at: string, issues: Issues): void {
  checkTolerations(tolerations, at, issues);
  const known = new Set<string>();
  for (const [index, toleration] of tolerations.entries()) {
    const { key, operator, value, effect } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    if (known.has(identity)) issues.push(duplicate(`${at}[${index}]`, internalForm("Toleration", toleration)));
    known.add(identity);
  }
}
