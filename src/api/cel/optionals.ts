import { type ASTNode, type Environment, Optional, ParseError } from "@marcbachmann/cel-js";
import type { Checker, Evaluator, MacroCall, Scope, Type } from "./macro.ts";

/** `optional.optMap(x, …)` and `optional.optFlatMap(x, …)`: what is made of a value, if there is one. */
export function registerOptionals(environment: Environment): void {
  environment.registerFunction("optional.optMap(ast, ast): optional<dyn>", mapping(false));
  environment.registerFunction("optional.optFlatMap(ast, ast): optional<dyn>", mapping(true));
}

function mapping(isFlat: boolean) {
  return ({ receiver, args: [name, body] }: MacroCall<[ASTNode, ASTNode]>) => {
    if (name.op !== "id") throw new ParseError("optMap() variable name must be a simple identifier", name);
    const variable = name.args;
    let inner: Scope;
    return {
      async: false,
      typeCheck(checker: Checker, _macro: unknown, scope: Scope): Type {
        const type = checker.check(receiver, scope);
        inner = scope.forkWithVariable(variable, type.kind === "optional" ? type.valueType : checker.getType("dyn"));
        const made = checker.check(body, inner);
        return isFlat ? made : checker.registry.getOptionalType(made);
      },
      evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
        const value = evaluator.run(receiver, scope) as Optional;
        if (!value.hasValue()) return value;
        const made = evaluator.run(body, inner.reuse(scope).setIterValue(value.value(), evaluator));
        return isFlat ? made : Optional.of(made);
      },
    };
  };
}
