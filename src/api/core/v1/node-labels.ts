import type { FormatCheck } from "../../../machinery/formats.ts";
import type { NodeSelectorTerm } from "../../generated/core-v1.ts";

/** What Kubernetes says of labels of nodes that have had their time. */
export const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": `deprecated since v1.14; use "kubernetes.io/arch" instead`,
  "beta.kubernetes.io/os": `deprecated since v1.14; use "kubernetes.io/os" instead`,
  "failure-domain.beta.kubernetes.io/region": `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
  "failure-domain.beta.kubernetes.io/zone": `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
  "beta.kubernetes.io/instance-type": `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
  "app.kubernetes.io/created-by": "deprecated since v1.9",
  "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
  "node-role.kubernetes.io/master": `use "node-role.kubernetes.io/control-plane" instead`,
};

/** Of requirements of nodes. @param checkValue where Kubernetes accepts values that no label can have */
export function* termWarnings(
  { matchExpressions = [] }: NodeSelectorTerm,
  at: string,
  checkValue?: FormatCheck,
): Iterable<string> {
  for (const [index, { key, values = [] }] of matchExpressions.entries()) {
    const message = OLD_NODE_LABELS[key];
    const here = `${at}.matchExpressions[${index}]`;
    if (message !== undefined) yield `${here}.key: ${key} is ${message}`;
    for (const [position, value] of values.entries()) {
      for (const problem of checkValue?.(value) ?? []) {
        yield `${here}.values[${position}]: ${value} is invalid, ${problem}`;
      }
    }
  }
}
