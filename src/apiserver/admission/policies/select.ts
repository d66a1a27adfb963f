import type { BindingSpec } from "../../../api/admissionregistration/v1/policy-binding.ts";
import type { PolicySpec } from "../../../api/admissionregistration/v1/policy.ts";
import type { Kind } from "../../../api/kind.ts";
import type { KindRegistry } from "../../../api/registry.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionRequest } from "../admission.ts";
import { type MatchParts, matchedKind } from "./match.ts";
import { collectParams, Misconfigured, paramKindOf } from "./params.ts";

export interface PolicyParts extends MatchParts {
  readonly registry: KindRegistry;
  readonly authorizer: Authorizer;
}

export interface Policy<S extends PolicySpec = PolicySpec> extends KubeObject {
  readonly spec: S;
}

export interface Binding<S extends BindingSpec = BindingSpec> extends KubeObject {
  readonly spec: S;
}

/** One policy that is asked about a request, by one binding, with one object of parameters or none. */
export interface Invocation<P, B> {
  readonly policy: P;
  readonly binding: B;
  /** As which version of its kind the policy sees the object. */
  readonly kind: Kind;
  readonly param: KubeObject | undefined;
}

/** A policy, or a binding of it, that cannot be asked. */
export interface Misfit<P, B> {
  readonly policy: P;
  readonly binding?: B;
  readonly problem: string;
}

/** Who is asked about a request: policies in the order of their names, each by its bindings. @throws {StatusError} */
export function* selected<P extends Policy, B extends Binding>(
  policies: (name: string) => P | undefined,
  bindings: readonly B[],
  request: AdmissionRequest,
  parts: PolicyParts,
): Iterable<Invocation<P, B> | Misfit<P, B>> {
  for (const [name, own] of byPolicy(bindings)) {
    const policy = policies(name);
    const kind = policy?.spec.matchConstraints && matchedKind(policy.spec.matchConstraints, request, parts);
    if (policy === undefined || kind === undefined) continue;
    let paramKind: Kind | undefined;
    try {
      paramKind = paramKindOf(policy.spec.paramKind, parts.registry);
    } catch (error) {
      yield { policy, problem: `failed to configure policy: ${misfit(error)}` };
      continue;
    }
    for (const binding of own) {
      const { matchResources, paramRef } = binding.spec;
      if (matchResources !== undefined && matchedKind(matchResources, request, parts) === undefined) continue;
      try {
        for (const param of collectParams(paramKind, paramRef, request.namespace, parts.lookup)) {
          yield { policy, binding, kind, param };
        }
      } catch (error) {
        yield { policy, binding, problem: `failed to configure binding: ${misfit(error)}` };
      }
    }
  }
}

function misfit(error: unknown): string {
  if (error instanceof Misconfigured) return error.message;
  throw error;
}

function byPolicy<B extends Binding>(bindings: readonly B[]): readonly (readonly [string, readonly B[]])[] {
  const groups = Map.groupBy(bindings, ({ spec }) => spec.policyName ?? "");
  return [...groups].toSorted(([left], [right]) => (left < right ? -1 : 1));
}
