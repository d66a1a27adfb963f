/** An option of a verb: how it is written, and what it means. */
export type OptionRule =
  | { readonly type: "flag"; readonly help: string }
  | { readonly type: "text"; readonly value: string; readonly help: string; readonly short?: string }
  /** May be given several times, and with several values apart by commas. */
  | { readonly type: "list"; readonly value: string; readonly help: string }
  | {
      readonly type: "number";
      readonly value: string;
      readonly help: string;
      readonly from: number;
      readonly to: number;
    }
  | { readonly type: "choice"; readonly choices: readonly string[]; readonly help: string; readonly short?: string };

/** By name, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionRule>>;

type ValueOf<Rule> = Rule extends { readonly type: "flag" }
  ? boolean
  : Rule extends { readonly type: "number" }
    ? number | undefined
    : Rule extends { readonly type: "list" }
      ? readonly string[]
      : Rule extends { readonly choices: readonly (infer Choice)[] }
        ? Choice | undefined
        : string | undefined;

/** What was given on the command line; a flag that was not given is false, a list empty. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

export interface ParsedArguments<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  /** What is no option, in order. */
  readonly operands: readonly string[];
}

/** The command line makes no sense: said in one sentence, and the exit code is 2. */
export class UsageError extends Error {}

/**
 * Reads `--name value`, `--name=value`, `-n value` and flags; `--` ends the options.
 * @throws {UsageError} for what the table does not have, and for values that do not fit.
 */
export function parseArguments<Table extends OptionTable>(
  args: readonly string[],
  table: Table,
): ParsedArguments<Table> {
  const values: Record<string, string | number | boolean | readonly string[]> = {};
  const operands: string[] = [];
  for (const [name, rule] of Object.entries(table)) {
    if (rule.type === "flag") values[name] = false;
    if (rule.type === "list") values[name] = [];
  }
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === "--") {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const written = equals < 0 ? arg : arg.slice(0, equals);
    const [name, rule] = findOption(written, table);
    const attached = equals < 0 ? undefined : arg.slice(equals + 1);
    if (rule.type === "flag") {
      values[name] = flagOf(written, attached);
      continue;
    }
    const value = attached ?? args[++index];
    if (value === undefined) throw new UsageError(`${written} needs a value: ${valueText(rule)}`);
    values[name] =
      rule.type === "list"
        ? [...(values[name] as readonly string[]), ...value.split(",")]
        : valueOf(written, rule, value);
  }
  return { options: values as OptionValues<Table>, operands };
}

/** What stands for an option's value in a help text. */
export function valueText(rule: OptionRule): string {
  if (rule.type === "flag") return "";
  return rule.type === "choice" ? rule.choices.join("|") : rule.value;
}

function findOption(written: string, table: OptionTable): readonly [string, OptionRule] {
  const found = Object.entries(table).find(
    ([name, rule]) => written === `--${name}` || ("short" in rule && written === `-${rule.short}`),
  );
  if (found !== undefined) return found;
  const near = Object.keys(table).filter((name) => isNear(written.replace(/^-+/, ""), name));
  throw new UsageError(
    `unknown option ${written}${near.length === 0 ? "" : `; did you mean ${near.map((name) => `--${name}`).join(" or ")}?`}`,
  );
}

/** One begins with the other, or they differ in one letter. */
function isNear(given: string, name: string): boolean {
  if (given.length > 2 && (name.startsWith(given) || given.startsWith(name))) return true;
  if (given.length !== name.length) return false;
  return [...given].filter((char, index) => char !== name[index]).length === 1;
}

function flagOf(written: string, attached: string | undefined): boolean {
  if (attached === undefined || attached === "true") return true;
  if (attached === "false") return false;
  throw new UsageError(`${written} is a flag: it takes no value but true or false`);
}

function valueOf(
  written: string,
  rule: Exclude<OptionRule, { type: "flag" | "list" }>,
  value: string,
): string | number {
  if (rule.type === "choice" && !rule.choices.includes(value)) {
    throw new UsageError(`${written} is one of ${rule.choices.join(", ")}, not ${JSON.stringify(value)}`);
  }
  if (rule.type !== "number") return value;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < rule.from || number > rule.to) {
    throw new UsageError(`${written} is a whole number from ${rule.from} to ${rule.to}, not ${JSON.stringify(value)}`);
  }
  return number;
}
