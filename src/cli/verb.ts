import { resolve } from "node:path";
import type { CliContext } from "./context.ts";
import type { OptionTable, ParsedArguments } from "./options.ts";

/** One command of `wherry`: a file each, under `verbs/`. */
export interface Verb {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** What follows the verb on the command line, such as `FILE…`. */
  readonly operands: string;
  /** What is worth knowing before one uses it: whole lines. */
  readonly help: string;
  /** Commands to type, each with what it does. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly options: OptionTable;
  /** @returns the exit code. */
  run(context: CliContext, args: ParsedArguments<OptionTable>): Promise<number>;
}

/** A verb whose options have the types that its table says. */
export function defineVerb<const Table extends OptionTable>(
  verb: Omit<Verb, "options" | "run"> & {
    readonly options: Table;
    run(context: CliContext, args: ParsedArguments<Table>): Promise<number>;
  },
): Verb {
  return verb as unknown as Verb;
}

/** Every verb works on one cluster, which is one directory. */
export const dataDirectoryOption = {
  "data-dir": {
    type: "text",
    value: "DIRECTORY",
    help: "where the cluster lives (default: /var/lib/wherry as root, else ~/.local/share/wherry; or $WHERRY_DATA_DIR)",
  },
} as const;

/** The absolute path of the directory that the options, the environment or the system's custom name. */
export function dataDirectoryOf(options: { readonly "data-dir": string | undefined }, context: CliContext): string {
  return resolve(options["data-dir"] ?? context.environment["WHERRY_DATA_DIR"] ?? context.defaultDataDirectory);
}
