import type { Expression } from "../../api/cel/compile.ts";
import { evaluationProblem } from "../../api/cel/problem.ts";

/** A condition, or any other expression, with its text. */
export interface Condition {
  readonly text: string;
  readonly expression: Expression;
}

/** What came of an expression: its value, or why it has none. */
export type Evaluated = { readonly value: unknown } | { readonly problem: string };

export function evaluate({ text, expression }: Condition, variables: object): Evaluated {
  try {
    return { value: expression.evaluate(variables) };
  } catch (error) {
    return { problem: `expression '${text}' resulted in error: ${evaluationProblem(error)}` };
  }
}

/** Whether all conditions hold. One that is false decides; else one that has no value is a problem. */
export function holding(conditions: readonly Condition[], variables: object): boolean | { readonly problem: string } {
  const problems: string[] = [];
  for (const condition of conditions) {
    const evaluated = evaluate(condition, variables);
    if ("problem" in evaluated) problems.push(evaluated.problem);
    else if (evaluated.value !== true) return false;
  }
  if (problems.length === 0) return true;
  return { problem: problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]` };
}
