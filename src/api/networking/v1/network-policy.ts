import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { age } from "../../columns.ts";
import type { NetworkPolicy as StoredNetworkPolicy } from "../../generated/networking-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

import { networkPolicyIssues, networkPolicyWarnings } from "./network-policy-validation.ts";

export type NetworkPolicy = StoredNetworkPolicy;

export const NetworkPolicy: Kind<NetworkPolicy> = defineKind(facts.networking.v1.NetworkPolicy, {
  desired: ({ spec }) => spec,
  mindsEmpty: true,
  columns: [{ name: "Pod-Selector", type: "string", value: ({ spec }) => formatLabelSelector(spec.podSelector) }, age],
  validate: (policy) => (policy.metadata.resourceVersion === undefined ? networkPolicyIssues(policy, undefined) : []),
  validateUpdate: networkPolicyIssues,
  warnings: networkPolicyWarnings,
  default(object) {
    const { spec } = object as unknown as Mutable<NetworkPolicy>;
    if ((spec.policyTypes?.length ?? 0) > 0) return;
    // Who says nothing means at least what comes in.
    spec.policyTypes = (spec.egress?.length ?? 0) > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  },
});
