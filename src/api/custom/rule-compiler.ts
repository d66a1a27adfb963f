import type { Environment } from "@marcbachmann/cel-js";
import { celEnvironment } from "../cel/environment.ts";
import { parseExpression } from "../cel/presence.ts";
import { compilationProblem } from "../cel/problem.ts";
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
    return this.#problem(rule.rule, rule, "bool", "compilation failed", "cel expression must evaluate to a bool");
  }

  /** Why its message cannot be made. */
  messageProblem(rule: ValidationRule): string | undefined {
    const { messageExpression = "" } = rule;
    if (messageExpression === "") return undefined;
    const wrong = "messageExpression must evaluate to a string";
    return this.#problem(messageExpression, rule, "string", "messageExpression compilation failed", wrong);
  }

  #problem(text: string, rule: ValidationRule, wanted: string, failed: string, wrong: string): string | undefined {
    const environment = rule.optionalOldSelf === true ? this.#optional : this.#plain;
    try {
      const { type, error } = parseExpression(environment, text).check();
      if (error !== undefined) return `${failed}: ${compilationProblem(error, text, environment)}`;
      return type === undefined || type === wanted || type === "dyn" ? undefined : wrong;
    } catch (error) {
      return `${failed}: ${compilationProblem(error, text, environment)}`;
    }
  }
}
