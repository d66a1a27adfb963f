import { KUBERNETES_VERSION } from "../apiserver/version.ts";
import type { CliContext } from "./context.ts";
import { overview, verbHelp } from "./help.ts";
import { parseArguments, UsageError } from "./options.ts";
import type { Verb } from "./verb.ts";
import { verbs } from "./verbs.ts";

/**
 * Runs one command line. Whatever goes wrong is said in one sentence.
 * @param argv without the program's own name.
 * @returns the exit code: 0, 1 for a failure, 2 for a command line that makes no sense, 130 after Ctrl-C.
 */
export async function runCli(argv: readonly string[], context: CliContext, version: string): Promise<number> {
  const [first, ...rest] = argv;
  try {
    if (first === undefined || ["help", "--help", "-h"].includes(first)) return help(rest[0], context);
    if (first === "--version" || first === "version") {
      context.out(`wherry ${version} (Kubernetes ${KUBERNETES_VERSION})`);
      return 0;
    }
    const verb = verbNamed(first);
    if (asksForHelp(rest)) return help(first, context);
    const args = parseArguments(rest, verb.options);
    if (verb.operands === "" && args.operands.length > 0)
      throw new UsageError(`${first} takes no arguments, but got ${args.operands.join(" ")}`);
    return await verb.run(context, args);
  } catch (error) {
    if (error instanceof UsageError) {
      context.err(`wherry: ${error.message}`);
      context.err(`See 'wherry ${isVerb(first) ? `${first} ` : ""}--help'.`);
      return 2;
    }
    if (context.signal.aborted) return 130;
    context.err(`wherry: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function help(name: string | undefined, context: CliContext): number {
  const lines = name === undefined || name.startsWith("-") ? overview(verbs) : verbHelp(verbNamed(name));
  for (const line of lines) context.out(line);
  return 0;
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === "--help" || arg === "-h");
}

function isVerb(name: string | undefined): boolean {
  return verbs.some((verb) => verb.name === name);
}

function verbNamed(name: string): Verb {
  const found = verbs.find((verb) => verb.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`there is no verb "${name}"; there are ${verbs.map((verb) => verb.name).join(", ")}`);
}
