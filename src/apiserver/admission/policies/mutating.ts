import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from "../../../api/generated/admissionregistration-v1.ts";
import { copyJson } from "../../../machinery/decode-compile.ts";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { StatusError, type StatusReason } from "../../../machinery/status.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { refusal } from "../refusal.ts";
import { replaceObject } from "../replace.ts";
import { policyVariables, requestVariablesBy } from "./ask.ts";
import { isLeftAlone } from "./match.ts";
import { compiledMutations, isMeant, mutated, reasonOf } from "./mutations.ts";
import { type Invocation, type PolicyParts, selected } from "./select.ts";
import { inVersion } from "./versions.ts";

type Change = Invocation<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

/** Why a policy did not do its work. */
interface Failed {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding?: MutatingAdmissionPolicyBinding;
  readonly problem: string;
  readonly reason?: StatusReason;
}

/** What was left by those that want to see what others made of the object. */
interface Before {
  readonly object: MutableJsonObject;
  readonly changes: readonly Change[];
}

/**
 * Changes objects as the policies say, one after the other. `first` stands before the webhooks and `again` behind them: when the
 * object is another one than a policy left it, those with `reinvocationPolicy: IfNeeded` are asked once more.
 */
export function mutatingPolicies(parts: PolicyParts): {
  readonly first: AdmissionPlugin;
  readonly again: AdmissionPlugin;
} {
  const before = new WeakMap<AdmissionRequest, Before>();
  return {
    first: {
      name: "MutatingAdmissionPolicy",
      admit(request) {
        if (isLeftAlone(request)) return;
        const bindings = parts.lookup.list<MutatingAdmissionPolicyBinding>(BINDINGS);
        if (bindings.length === 0) return;
        const eager = admitFirst(request, bindings, parts);
        if (eager.length > 0) before.set(request, { object: copyOf(request.object), changes: eager });
      },
    },
    again: {
      name: "MutatingAdmissionPolicy, once more",
      admit(request) {
        const left = before.get(request);
        if (left === undefined || sameJson(left.object, request.object)) return;
        const failed: Failed[] = [];
        for (const change of left.changes) perform(change, request, parts, failed);
        refuse(request, failed);
      },
    },
  };
}

const BINDINGS = "admissionregistration.k8s.io/mutatingadmissionpolicybindings";
const POLICIES = "admissionregistration.k8s.io/mutatingadmissionpolicies";

/** @returns those that may be asked again @throws {StatusError} */
function admitFirst(
  request: AdmissionRequest,
  bindings: readonly MutatingAdmissionPolicyBinding[],
  parts: PolicyParts,
): readonly Change[] {
  const policyNamed = (name: string) => parts.lookup.get<MutatingAdmissionPolicy>(POLICIES, name);
  const chosen = [...selected(policyNamed, bindings, request, parts)];
  const failed: Failed[] = chosen.flatMap((each) => ("problem" in each ? [each] : []));
  const done: Change[] = [];
  const eager = new Set<Change>();
  for (const change of chosen) {
    if ("problem" in change) continue;
    const isChanged = perform(change, request, parts, failed);
    // Those before it are asked again, as soon as all have been asked.
    if (isChanged) for (const earlier of done) eager.add(earlier);
    if (change.policy.spec.reinvocationPolicy === "IfNeeded") done.push(change);
  }
  for (const change of eager) perform(change, request, parts, failed);
  refuse(request, failed);
  return done;
}

/** @returns whether the object is another one now */
function perform(
  { policy, binding, kind, param }: Change,
  request: AdmissionRequest,
  parts: PolicyParts,
  failed: Failed[],
): boolean {
  const { object } = request;
  if (object === undefined) return false;
  const compiled = compiledMutations(policy);
  const variables = () => policyVariables(requestVariablesBy(request, parts)(kind), param, compiled.variables);
  const held = isMeant(compiled, variables());
  if (held === false) return false;
  if (held !== true) {
    // Where failures are ignored, so is the policy.
    failed.push({ policy, binding, problem: held.problem, reason: "Invalid" });
    return false;
  }
  let isChanged = false;
  for (const mutation of compiled.mutations) {
    try {
      const next = mutated(mutation, kind, inVersion(copyOf(object), request.kind, kind), variables());
      if (next !== undefined && replaceObject(object, inVersion(next, kind, request.kind))) isChanged = true;
    } catch (error) {
      failed.push({ policy, binding, problem: reasonOf(error), reason: "Invalid" });
    }
  }
  return isChanged;
}

function copyOf(object: MutableJsonObject | undefined): MutableJsonObject {
  return copyJson(object ?? {}) as MutableJsonObject;
}

/** All failures that may not be ignored are told; the first is the message. @throws {StatusError} */
function refuse(request: AdmissionRequest, failed: readonly Failed[]): void {
  const told = failed.filter(({ policy }) => policy.spec.failurePolicy !== "Ignore");
  const [first] = told;
  if (first === undefined) return;
  const { status } = refusal(request, "admission request denied by policy");
  const causes = [...(status.details?.causes ?? []), ...told.map((each) => ({ message: sentence(each) }))];
  throw new StatusError({
    ...status,
    message: sentence(first),
    ...(first.reason === undefined ? {} : { reason: first.reason }),
    details: { ...status.details, causes },
  });
}

function sentence({ policy, binding, problem }: Failed): string {
  const by = binding === undefined ? JSON.stringify(policy.metadata.name) : `'${policy.metadata.name}'`;
  const bound = binding === undefined ? "" : ` with binding '${binding.metadata.name}'`;
  return `policy ${by}${bound} denied request: ${problem}`;
}
