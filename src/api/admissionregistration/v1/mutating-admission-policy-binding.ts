import type {
  MutatingAdmissionPolicyBinding as StoredMutatingAdmissionPolicyBinding,
  MutatingAdmissionPolicyBindingSpec,
} from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkMutatingOperations } from "./mutating-admission-policy.ts";
import { bindingRules } from "./policy-binding.ts";

export type MutatingAdmissionPolicyBinding = StoredMutatingAdmissionPolicyBinding;

/** Puts a policy to work: on which objects, and with which parameters. */
export const MutatingAdmissionPolicyBinding: Kind<MutatingAdmissionPolicyBinding> = defineKind(
  facts.admissionregistration.v1.MutatingAdmissionPolicyBinding,
  bindingRules<MutatingAdmissionPolicyBindingSpec, MutatingAdmissionPolicyBinding>(({ matchResources }, issues) =>
    checkMutatingOperations(matchResources?.resourceRules ?? [], "spec.matchResources", issues),
  ),
);
