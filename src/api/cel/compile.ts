import type { Environment } from "@marcbachmann/cel-js";
import type { Rewritten } from "./messages.ts";
import { parseExpression } from "./presence.ts";
import { compilationProblem } from "./problem.ts";

/** An expression that can be asked. */
export interface Expression {
  /** The type of its values, as the checker names it. */
  readonly type: string;
  /** @throws {Error} where it has no value */
  evaluate(variables: object): unknown;
}

/** Why a text is not the expression that it has to be, in Kubernetes' words. */
export class ExpressionError extends Error {}

/** @param written what is parsed, where that is not the text itself @throws {ExpressionError} */
export function compileExpression(environment: Environment, text: string, written?: Rewritten): Expression {
  const refusal = (cause: unknown) =>
    new ExpressionError(`compilation failed: ${compilationProblem(cause, text, environment, written)}`, { cause });
  let parsed: ReturnType<Environment["parse"]>;
  try {
    parsed = parseExpression(environment, written?.text ?? text);
  } catch (error) {
    throw refusal(error);
  }
  const { type = "dyn", error } = parsed.check();
  if (error !== undefined) throw refusal(error);
  return { type, evaluate: (variables) => parsed(variables) as unknown };
}
