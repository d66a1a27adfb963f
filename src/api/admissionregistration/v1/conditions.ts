import { qualifiedName } from "../../../machinery/formats.ts";
import { duplicate, invalid, required, tooMany } from "../../../machinery/issue.ts";
import { checkRequiredFormat, type Issues } from "../../checks.ts";
import type { MatchCondition } from "../../generated/admissionregistration-v1.ts";
import { ExpressionError } from "../../cel/compile.ts";
import { BOOL, type Compiler, type ExpressionScope, plainCompiler } from "./expressions.ts";

const MOST_CONDITIONS = 64;

/** Which writes are meant, in expressions: each has a name of its own. */
export function checkConditions(
  conditions: readonly MatchCondition[],
  at: string,
  scope: ExpressionScope,
  issues: Issues,
): void {
  if (conditions.length > MOST_CONDITIONS) issues.push(tooMany(at, conditions.length, MOST_CONDITIONS));
  const names = new Set<string>();
  for (const [index, { name, expression }] of conditions.entries()) {
    const here = `${at}[${index}]`;
    const text = expression.trim();
    if (text === "") issues.push(required(`${here}.expression`));
    else checkExpression(text, `${here}.expression`, { compiler: plainCompiler, scope, types: BOOL }, issues);
    checkRequiredFormat(name, `${here}.name`, qualifiedName, issues);
    if (name !== "" && names.has(name)) issues.push(duplicate(`${here}.name`, name));
    names.add(name);
  }
}

export interface WantedExpression {
  readonly compiler: Compiler;
  readonly scope: ExpressionScope;
  readonly types?: readonly string[];
  /** As the object has it, where that is another text. */
  readonly shown?: string;
}

export function checkExpression(
  text: string,
  at: string,
  { compiler, scope, types, shown = text }: WantedExpression,
  issues: Issues,
): void {
  try {
    compiler.compile(text, scope, types);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    issues.push(invalid(at, shown, error.message));
  }
}
