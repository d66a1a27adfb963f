import { ExpressionError } from "../../../api/cel/compile.ts";
import {
  BOOL,
  type CompiledVariable,
  type Compiler,
  type ExpressionScope,
  plainCompiler,
  TEXT,
  TEXT_OR_NULL,
  withVariables,
} from "../../../api/admissionregistration/v1/expressions.ts";
import { scopeOf } from "../../../api/admissionregistration/v1/policy.ts";
import type { ValidatingAdmissionPolicy, Validation } from "../../../api/generated/admissionregistration-v1.ts";
import type { StatusReason } from "../../../machinery/status.ts";
import { type Condition, evaluate, holding } from "../conditions.ts";
import type { PolicyVariables } from "./ask.ts";

/** A policy, ready to be asked. */
export interface CompiledValidations {
  readonly failurePolicy: "Fail" | "Ignore";
  readonly variables: readonly CompiledVariable[];
  readonly conditions: readonly Condition[];
  readonly validations: readonly {
    readonly validation: Validation;
    readonly condition: Condition;
    readonly message: Condition | undefined;
  }[];
  readonly annotations: readonly Condition[];
}

/** Something in which an object fails a policy. */
export interface Failure {
  readonly message: string;
  readonly reason: StatusReason;
  /** Denies whatever the binding says. */
  readonly always?: true;
}

/** Stored objects never change, so what was made of one is kept as long as it is. */
const known = new WeakMap<ValidatingAdmissionPolicy, CompiledValidations>();

export function compiledValidations(policy: ValidatingAdmissionPolicy): CompiledValidations {
  let result = known.get(policy);
  if (result === undefined) known.set(policy, (result = compile(policy)));
  return result;
}

function compile({ spec }: ValidatingAdmissionPolicy): CompiledValidations {
  const scope = scopeOf(spec);
  const { compiler, variables } = withVariables(spec.variables ?? [], scope);
  return {
    failurePolicy: spec.failurePolicy,
    variables,
    conditions: (spec.matchConditions ?? []).map(({ expression }) =>
      conditionOf(plainCompiler, expression, scope, BOOL),
    ),
    validations: (spec.validations ?? []).map((validation) => {
      const { expression, messageExpression = "" } = validation;
      const told = { ...scope, authorizer: false };
      return {
        validation,
        condition: conditionOf(compiler, expression, scope, BOOL),
        message: messageExpression === "" ? undefined : conditionOf(compiler, messageExpression, told, TEXT),
      };
    }),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression }) =>
      conditionOf(compiler, valueExpression, scope, TEXT_OR_NULL),
    ),
  };
}

/** What was accepted once but is no expression any more fails when it is asked. */
export function conditionOf(
  compiler: Compiler,
  text: string,
  scope: ExpressionScope,
  types: readonly string[],
): Condition {
  try {
    return { text, expression: compiler.compile(text, scope, types) };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const evaluate = () => {
      throw error;
    };
    return { text, expression: { type: "dyn", evaluate } };
  }
}

/** In what the object fails the policy: nothing where it is not meant, or all holds. */
export function* failures(
  { failurePolicy, conditions, validations, annotations }: CompiledValidations,
  variables: PolicyVariables,
): Iterable<Failure> {
  const ignores = failurePolicy === "Ignore";
  const held = holding(conditions, variables);
  if (held === false) return;
  if (held !== true) {
    if (!ignores) yield { message: held.problem, reason: "Invalid" };
    return;
  }
  for (const { validation, condition, message } of validations) {
    const evaluated = evaluate(condition, variables);
    if ("problem" in evaluated) {
      if (!ignores) yield { message: evaluated.problem, reason: "Invalid" };
    } else if (evaluated.value !== true) {
      const reason = (validation.reason ?? "Invalid") as StatusReason;
      yield { message: messageOf(validation, message, variables), reason };
    }
  }
  // Nothing here keeps a record of requests, so that annotations are made only to see whether they can be.
  for (const annotation of annotations) {
    const evaluated = evaluate(annotation, variables);
    if ("problem" in evaluated && !ignores) yield { message: evaluated.problem, reason: "Invalid", always: true };
  }
}

const LONGEST_MESSAGE_BYTES = 5 * 1024;

/** The message that is made for the case, or else the fixed one, or else the expression itself. */
function messageOf(
  { expression, message = "" }: Validation,
  made: Condition | undefined,
  variables: PolicyVariables,
): string {
  if (made !== undefined) {
    const evaluated = evaluate(made, variables);
    const text = "value" in evaluated && typeof evaluated.value === "string" ? evaluated.value.trim() : "";
    const bytes = new TextEncoder().encode(text).length;
    if (text !== "" && !text.includes("\n") && bytes <= LONGEST_MESSAGE_BYTES) return text;
  }
  return message === "" ? `failed expression: ${expression.trim()}` : message.trim();
}
