import { duplicate, invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type {
  ValidatingAdmissionPolicyBinding as StoredValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
} from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { bindingRules } from "./policy-binding.ts";

export type ValidatingAdmissionPolicyBinding = StoredValidatingAdmissionPolicyBinding;

/** Puts a policy to work: on which objects, with which parameters, and what comes of a failed validation. */
export const ValidatingAdmissionPolicyBinding: Kind<ValidatingAdmissionPolicyBinding> = defineKind(
  facts.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
  bindingRules<ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicyBinding>(
    ({ validationActions = [] }, issues) => checkActions(validationActions, "spec.validationActions", issues),
  ),
);

const ACTIONS = ["Audit", "Deny", "Warn"];
const BOTH =
  "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";

function checkActions(actions: readonly string[], at: string, issues: Issues): void {
  for (const [index, action] of actions.entries()) {
    if (!ACTIONS.includes(action)) issues.push(notSupported(`${at}[${index}]`, action, ACTIONS));
    if (actions.indexOf(action) < index) issues.push(duplicate(`${at}[${index}]`, action));
  }
  if (actions.includes("Deny") && actions.includes("Warn")) issues.push(invalid(at, actions, BOTH));
  if (actions.length === 0) issues.push(required(at, "at least one validation action is required"));
}
