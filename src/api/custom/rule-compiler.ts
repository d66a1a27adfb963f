import type { Environment } from "@marcbachmann/cel-js";
import { compileExpression, ExpressionError } from "../cel/compile.ts";
import { celEnvironment } from "../cel/environment.ts";
import type { JSONSchemaProps, ValidationRule } from "../generated/apiextensions-v1.ts";
import { registerSchema } from "./rule-types.ts";

/** Whether a rule asks for the value that stood there before. */
export function asksOld({ rule }: Pick<ValidationRule, "rule">): boolean {
  return /\boldSelf\b/.test(rule);
}

/** Compiles the rules of one schema, to find out what is wrong with them: to ask them, types are not needed. */
export class RuleCompiler {
  readonly #plain: Environment;
  readonly #optional: Environment;

  /** @param isResource the schema is that of an object of the API */
  constructor(schema: JSONSchemaProps, isResource: boolean) {
    const environment = celEnvironment();
    const type = registerSchema(environment, schema, "object", isResource) ?? "dyn";
    environment.registerVariable("self", type);
    this.#optional = environment.clone().registerVariable("oldSelf", `optional<${type}>`);
    this.#plain = environment.clone().registerVariable("oldSelf", type);
  }

  /** Why the rule can not be asked; undefined if it can. */
  ruleProblem(rule: ValidationRule): string | undefined {
    return this.#problem(rule.rule, rule, "bool", "cel expression must evaluate to a bool");
  }

  /** Why its message cannot be made. */
  messageProblem(rule: ValidationRule): string | undefined {
    const { messageExpression = "" } = rule;
    if (messageExpression === "") return undefined;
    const problem = this.#problem(messageExpression, rule, "string", "must evaluate to a string");
    return problem === undefined ? undefined : `messageExpression ${problem}`;
  }

  #problem(text: string, rule: ValidationRule, wanted: string, wrong: string): string | undefined {
    try {
      const { type } = compileExpression(rule.optionalOldSelf === true ? this.#optional : this.#plain, text);
      return type === wanted || type === "dyn" ? undefined : wrong;
    } catch (error) {
      if (error instanceof ExpressionError) return error.message;
      throw error;
    }
  }
}
