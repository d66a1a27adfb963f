import type { Job, PodFailurePolicyOnExitCodesRequirement } from "../../api/generated/batch-v1.ts";
import type { ContainerStatus, Pod } from "../../api/generated/core-v1.ts";

export interface PolicyMatch {
  /** Whether the failure counts against the limit. */
  readonly counts: boolean;
  readonly action?: "Count" | "FailIndex" | "FailJob" | "Ignore";
  /** Why the whole Job fails. */
  readonly failsJob?: string;
}

/** What a Job's policy says of a failed pod: the first rule that fits decides. */
export function matchPolicy(policy: Job["spec"]["podFailurePolicy"], pod: Pod): PolicyMatch {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    const rule = `matching ${action} rule at index ${index}`;
    if (onExitCodes !== undefined) {
      const container = failedContainer(pod, onExitCodes);
      if (container === undefined) continue;
      const code = container.state?.terminated?.exitCode;
      return verdict(
        action,
        `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${code} ${rule}`,
      );
    }
    const condition = pod.status.conditions?.find(({ type, status }) =>
      onPodConditions?.some((pattern) => pattern.type === type && pattern.status === status),
    );
    if (condition !== undefined)
      return verdict(action, `Pod ${namespace}/${name} has condition ${condition.type} ${rule}`);
  }
  return { counts: true };
}

function verdict(action: NonNullable<PolicyMatch["action"]>, message: string): PolicyMatch {
  return { counts: action !== "Ignore", action, ...(action === "FailJob" ? { failsJob: message } : {}) };
}

function failedContainer(
  { status }: Pod,
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
): ContainerStatus | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  return all.find(({ name, state }) => {
    const exitCode = state?.terminated?.exitCode ?? 0;
    if (exitCode === 0 || (containerName !== undefined && containerName !== name)) return false;
    return values.includes(exitCode) === (operator === "In");
  });
}
