import type { Environment } from "@marcbachmann/cel-js";

/** Kubernetes' functions that find by a pattern. */
export function registerRegex(environment: Environment): void {
  environment
    .registerFunction("string.find(string): string", (text: string, pattern: string) => {
      return new RegExp(pattern, "u").exec(text)?.[0] ?? "";
    })
    .registerFunction("string.findAll(string): list<string>", (text: string, pattern: string) => findAll(text, pattern))
    .registerFunction("string.findAll(string, int): list<string>", (text: string, pattern: string, most: bigint) =>
      most < 0n ? findAll(text, pattern) : findAll(text, pattern).slice(0, Number(most)),
    );
}

function findAll(text: string, pattern: string): readonly string[] {
  return Array.from(text.matchAll(new RegExp(pattern, "gu")), ([found]) => found);
}
