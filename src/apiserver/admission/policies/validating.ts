import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../../../api/generated/admissionregistration-v1.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { policyVariables, requestVariablesBy } from "./ask.ts";
import { type Denial, denied } from "./denial.ts";
import { isLeftAlone } from "./match.ts";
import { type PolicyParts, selected } from "./select.ts";
import { compiledValidations, failures } from "./validations.ts";

/** Asks the policies whether an object may be so. All are asked; the first denial in their order is told. */
export function validatingPolicies(parts: PolicyParts): AdmissionPlugin {
  const { lookup } = parts;
  return {
    name: "ValidatingAdmissionPolicy",
    validate(request) {
      if (isLeftAlone(request)) return;
      const bindings = lookup.list<ValidatingAdmissionPolicyBinding>(BINDINGS);
      if (bindings.length === 0) return;
      const denials = denialsOf(request, bindings, parts);
      if (denials.length > 0) throw denied(request, denials[0]!);
    },
  };
}

const BINDINGS = "admissionregistration.k8s.io/validatingadmissionpolicybindings";
const POLICIES = "admissionregistration.k8s.io/validatingadmissionpolicies";

function denialsOf(
  request: AdmissionRequest,
  bindings: readonly ValidatingAdmissionPolicyBinding[],
  parts: PolicyParts,
): readonly Denial[] {
  const denials: Denial[] = [];
  const policyNamed = (name: string) => parts.lookup.get<ValidatingAdmissionPolicy>(POLICIES, name);
  let variablesFor: ReturnType<typeof requestVariablesBy> | undefined;
  for (const chosen of selected(policyNamed, bindings, request, parts)) {
    const policy = chosen.policy.metadata.name;
    if ("problem" in chosen) {
      if (chosen.policy.spec.failurePolicy === "Ignore") continue;
      const binding = chosen.binding?.metadata.name;
      denials.push({ policy, binding, message: chosen.problem, reason: "Invalid" });
      continue;
    }
    variablesFor ??= requestVariablesBy(request, parts);
    const compiled = compiledValidations(chosen.policy);
    const variables = policyVariables(variablesFor(chosen.kind), chosen.param, compiled.variables);
    const binding = chosen.binding.metadata.name;
    for (const { message, reason, always } of failures(compiled, variables)) {
      const actions = chosen.binding.spec.validationActions;
      if (always === true || actions.includes("Deny")) denials.push({ policy, binding, message, reason });
      if (always !== true && actions.includes("Warn")) {
        const where = `ValidatingAdmissionPolicy '${policy}' with binding '${binding}'`;
        request.warn(`Validation failed for ${where}: ${message}`);
      }
    }
  }
  return denials;
}
