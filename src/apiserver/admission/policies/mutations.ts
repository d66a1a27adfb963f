import {
  BOOL,
  type CompiledVariable,
  PATCHES,
  plainCompiler,
  WHOLE_OBJECT,
  withVariables,
} from "../../../api/admissionregistration/v1/expressions.ts";
import { scopeOf } from "../../../api/admissionregistration/v1/policy.ts";
import type { CelMessage } from "../../../api/cel/messages.ts";
import type { MutatingAdmissionPolicy } from "../../../api/generated/admissionregistration-v1.ts";
import type { Kind } from "../../../api/kind.ts";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import { StatusError } from "../../../machinery/status.ts";
import { type Condition, evaluate, holding } from "../conditions.ts";
import { decodedAs } from "../replace.ts";
import { applyMade } from "./apply-configuration.ts";
import type { PolicyVariables } from "./ask.ts";
import { patchMade } from "./json-patch.ts";
import { conditionOf } from "./validations.ts";

/** A policy, ready to change objects. */
export interface CompiledMutations {
  readonly variables: readonly CompiledVariable[];
  readonly conditions: readonly Condition[];
  readonly mutations: readonly CompiledMutation[];
}

export interface CompiledMutation {
  readonly patchType: "ApplyConfiguration" | "JSONPatch";
  readonly condition: Condition;
}

/** Stored objects never change, so what was made of one is kept as long as it is. */
const known = new WeakMap<MutatingAdmissionPolicy, CompiledMutations>();

export function compiledMutations(policy: MutatingAdmissionPolicy): CompiledMutations {
  let result = known.get(policy);
  if (result === undefined) known.set(policy, (result = compile(policy)));
  return result;
}

function compile({ spec }: MutatingAdmissionPolicy): CompiledMutations {
  const scope = scopeOf(spec);
  const { compiler, variables } = withVariables(spec.variables ?? [], scope);
  return {
    variables,
    conditions: (spec.matchConditions ?? []).map(({ expression }) =>
      conditionOf(plainCompiler, expression, scope, BOOL),
    ),
    mutations: (spec.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) => {
      const isWhole = patchType === "ApplyConfiguration";
      const text = (isWhole ? applyConfiguration : jsonPatch)?.expression ?? "";
      const making = { ...scope, messages: true };
      return { patchType, condition: conditionOf(compiler, text, making, isWhole ? WHOLE_OBJECT : PATCHES) };
    }),
  };
}

/** Whether the policy is meant, by its conditions; or why that cannot be said. */
export function isMeant({ conditions }: CompiledMutations, variables: PolicyVariables) {
  return holding(conditions, variables);
}

/**
 * What one mutation makes of an object, decoded and defaulted; undefined if it stays as it is.
 * @throws {Error} with the reason in Kubernetes' words @throws {StatusError}
 */
export function mutated(
  { patchType, condition }: CompiledMutation,
  kind: Kind,
  object: MutableJsonObject,
  variables: PolicyVariables,
): MutableJsonObject | undefined {
  const made = evaluate(condition, variables);
  if ("problem" in made) throw new Error(made.problem);
  if (patchType === "ApplyConfiguration") return decodedAs(kind, applyMade(kind, object, made.value as CelMessage));
  const patched = patchMade(object, made.value as readonly unknown[]);
  return patched && decodedAs(kind, patched);
}

/** What comes of a mutation that does not work: a status goes to the client as it is. */
export function reasonOf(error: unknown): string {
  if (error instanceof StatusError || !(error instanceof Error)) throw error;
  return error.message;
}
