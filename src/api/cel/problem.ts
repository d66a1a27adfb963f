import { type Environment, EvaluationError, ParseError, TypeError as CelTypeError } from "@marcbachmann/cel-js";
import { type Rewritten, TEXT_MAKER } from "./messages.ts";

type CelError = ParseError | CelTypeError | EvaluationError;

function isCelError(error: unknown): error is CelError {
  return error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError;
}

/**
 * Why a text is no expression, as Kubernetes' compiler says it: with its place, and a mark below the line.
 * @param environment in which it was none
 * @param written what was parsed, where that is not the text itself
 */
export function compilationProblem(
  error: unknown,
  text: string,
  environment: Environment,
  written?: Rewritten,
): string {
  if (!isCelError(error)) return `ERROR: <input>:1:1: ${error instanceof Error ? error.message : String(error)}`;
  const at = written?.placeOf(placeOf(error)) ?? placeOf(error);
  const before = text.slice(0, at).split("\n");
  const column = [...before.at(-1)!].length;
  const line = text.split("\n")[before.length - 1] ?? "";
  const what =
    error instanceof ParseError ? syntaxProblem(error, text.slice(0, at), text[at]) : typeProblem(error, environment);
  return `ERROR: <input>:${before.length}:${column + 1}: ${what}\n | ${line}\n | ${".".repeat(column)}^`;
}

/** Kubernetes' compiler points at the dot or the operator, and not at where the whole expression begins. */
function placeOf({ code, node, range }: CelError): number {
  const start = range?.start ?? node?.start ?? 0;
  const input = node?.input ?? "";
  if (code === "no_such_key" && input[start - 1] === ".") return start - 1;
  if (code === "no_such_overload" && node !== undefined && "args" in node && Array.isArray(node.args)) {
    const [left] = node.args as readonly { readonly end?: number }[];
    const end = left?.end ?? start;
    return end + (/^[\s)]*/.exec(input.slice(end))?.[0].length ?? 0);
  }
  if (code === "no_matching_overload" && node !== undefined) {
    const open = input.indexOf("(", (node as { args?: [string, { end?: number }?] }).args?.[1]?.end ?? start);
    return open === -1 ? start : open;
  }
  return start;
}

/** What an expression may begin with. */
const STARTS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

/** Objects of types that are not known would be made like this: `Wrong{a: 1}`. */
function syntaxProblem({ summary }: ParseError, before: string, character: string | undefined): string {
  const type = character === "{" ? /([A-Za-z_][\w.]*)\s*$/.exec(before)?.[1] : undefined;
  if (type !== undefined) return undeclared(type);
  return `Syntax error: ${summary === "Unexpected token: EOF" ? `mismatched input '<EOF>' expecting ${STARTS}` : summary}`;
}

function undeclared(name: string): string {
  return `undeclared reference to '${name}' (in container '')`;
}

function typeProblem({ code, summary }: CelError, environment: Environment): string {
  const [, name = ""] = /: (.*)$/s.exec(summary) ?? [];
  switch (code) {
    case "unknown_variable":
      return undeclared(name);
    case "no_such_key":
      return `undefined field '${name}'`;
    case "no_such_overload": {
      const [left = "", operator = "", right = ""] = /^(.*) (\S+) (.*)$/s.exec(name)?.slice(1) ?? [];
      return `found no matching overload for '_${operator}_' applied to '(${typeName(left)}, ${typeName(right)})'`;
    }
    case "no_matching_overload":
      return overloadProblem(summary, environment);
    default:
      return summary;
  }
}

function overloadProblem(summary: string, environment: Environment): string {
  const found = /'(?:(.*)\.)?(\w+)\((.*)\)'$/s.exec(summary);
  if (found === null) return summary;
  const [, receiver, name = "", given = ""] = found;
  if (name.startsWith(TEXT_MAKER)) {
    const field = name.slice(TEXT_MAKER.length);
    return `expected type of field '${field}' is 'string' but provided type is '${given}'`;
  }
  if (!environment.getDefinitions().functions.some((known) => known.name === name)) return undeclared(name);
  return receiver === undefined
    ? `found no matching overload for '${name}' applied to '(${given})'`
    : `found no matching overload for '${name}' applied to '${receiver}.(${given})'`;
}

/** Types as Kubernetes' compiler names them. */
export function typeName(type: string): string {
  if (type === "null") return "null_type";
  if (type === "list") return "list(dyn)";
  if (type === "map") return "map(dyn, dyn)";
  return type
    .replaceAll(/\boptional</g, "optional_type(")
    .replaceAll("<", "(")
    .replaceAll(">", ")");
}

/** What kept an expression from having a value, in the words of Kubernetes' evaluator. */
export function evaluationProblem(error: unknown): string {
  if (!isCelError(error)) return error instanceof Error ? error.message : String(error);
  const { code, summary } = error;
  switch (code) {
    case "no_such_key":
      return summary.replace(/^No such key/, "no such key");
    case "index_out_of_bounds":
      return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ""}`;
    case "no_such_overload":
    case "no_matching_overload":
      return "no such overload";
    case "modulo_by_zero":
      return "modulus by zero";
    case "int_conversion_error":
    case "uint_conversion_error":
    case "double_conversion_error":
      return `type conversion error from 'string' to '${/^\w+/.exec(summary)?.[0] ?? ""}'`;
    default:
      return summary;
  }
}
