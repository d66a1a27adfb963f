import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { Optional } from "@marcbachmann/cel-js";
import type { Checker, Evaluator, MacroCall, Scope, Type } from "./macro.ts";
import { NOT_CODE } from "./not-code.ts";

// `has(…)` of the library takes names with dots between, and no more: `has(self.list[0].name)` is refused. Macros cannot be
// registered twice, so that ours goes by another name, of the same length for places in texts to stay where they are.
const OURS = "hAs";

/** `has(value.field)`: whether a field is there, whatever the value comes from. */
export function registerPresence(environment: Environment): void {
  environment.registerFunction(`${OURS}(ast): bool`, presence);
}

/** Parses an expression in which `has` may be asked of any selection. @throws what the library's parser throws */
export function parseExpression(environment: Environment, text: string): ReturnType<Environment["parse"]> {
  return environment.parse(text.replaceAll(NOT_CODE_OR_HAS, (found) => (found === "has" ? OURS : found)));
}

/** Strings and comments stand as they are, and so do members of that name. */
const NOT_CODE_OR_HAS = new RegExp(String.raw`${NOT_CODE}|(?<![\w]|\.\s*)has(?=\s*\()`, "g");

type Selection = ASTNode & { readonly op: string; readonly args: readonly [ASTNode, string] };

function presence({ args: [argument] }: MacroCall<[ASTNode]>) {
  const selection = argument as Selection;
  return {
    async: false,
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): Type {
      if (selection.op !== "." && selection.op !== ".?") {
        throw checker.createError("invalid_macro_argument", "invalid argument to has() macro", argument);
      }
      checker.check(argument, scope);
      return checker.getType("bool");
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): boolean {
      const [of, name] = selection.args;
      const value = evaluator.run(of, scope);
      const field = evaluator.debugType(value).fieldLazy(value, name, selection, evaluator);
      return field instanceof Optional ? field.hasValue() : field !== undefined;
    },
  };
}
