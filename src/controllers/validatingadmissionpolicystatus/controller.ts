import { typeWarnings } from "../../api/admissionregistration/v1/type-checking.ts";
import { ValidatingAdmissionPolicy } from "../../api/admissionregistration/v1/validating-admission-policy.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";

/** Says of each policy what in its expressions does not go with the kinds that it is about. */
export function policyStatusController(registry: KindRegistry): Controller {
  return defineController({
    name: "validatingadmissionpolicy-status",
    reconciles: ValidatingAdmissionPolicy,
    async reconcile(key, { cache, client, because, signal }) {
      const policy = cache.get(ValidatingAdmissionPolicy, key);
      const { generation = 0 } = policy?.metadata ?? {};
      if (policy === undefined || generation <= (policy.status.observedGeneration ?? 0)) return settled;
      const expressionWarnings = typeWarnings(policy.spec, registry);
      because("its expressions have not been looked at");
      const typeChecking = expressionWarnings.length === 0 ? {} : { expressionWarnings };
      const status = { ...policy.status, observedGeneration: generation, typeChecking };
      await client.setStatus(ValidatingAdmissionPolicy, policy, status, { signal });
      return settled;
    },
  }) as unknown as Controller;
}
