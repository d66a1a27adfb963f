import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { formatText } from "./format-text.ts";
import type { Checker, Evaluator, MacroCall, Scope, Type } from "./macro.ts";

/** What CEL's extension for strings has beyond the language library's own functions. */
export function registerStrings(environment: Environment): void {
  environment
    .registerFunction("string.charAt(int): string", (text: string, at: bigint) => {
      const characters = [...text];
      if (at < 0n || at > BigInt(characters.length)) throw new RangeError(`index out of range: ${at}`);
      return characters[Number(at)] ?? "";
    })
    .registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    )
    .registerFunction(
      "string.replace(string, string, int): string",
      (text: string, from: string, to: string, most: bigint) => {
        if (most < 0n) return text.replaceAll(from, () => to);
        let left = most;
        return text.replaceAll(from, (found) => (left-- > 0n ? to : found));
      },
    )
    .registerFunction("string.reverse(): string", (text: string) => [...text].toReversed().join(""));
  // A macro, since the values need not be of one type as those of other lists are.
  environment.registerFunction("string.format(ast): string", formatting);
}

function formatting({ receiver, args: [list] }: MacroCall<[ASTNode]>) {
  const values = list.op === "list" ? list.args : undefined;
  return {
    async: false,
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): Type {
      for (const node of [receiver, ...(values ?? [list])]) checker.check(node, scope);
      return checker.getType("string");
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): string {
      const given = values?.map((node) => evaluator.run(node, scope)) ?? evaluator.run(list, scope);
      return formatText(evaluator.run(receiver, scope) as string, given as readonly unknown[]);
    },
  };
}
