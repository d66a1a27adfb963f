import { parseArgs } from "node:util";

export interface ConformanceOptions {
  /** Regular expressions for names of specs; one runs if any matches, or if there is none. */
  readonly focus: readonly string[];
  readonly skip: readonly string[];
  readonly procs: number;
  readonly store: "sqlite" | "memory";
  readonly nodes: number;
  readonly short: boolean;
  readonly keep: boolean;
  /** Absolute, or undefined for a folder of its own below `.cache/conformance`. */
  readonly output: string | undefined;
}

/** What was typed makes no sense; the message says why. */
export class UsageError extends Error {}

export const USAGE = `Runs the official conformance suite of Kubernetes against a cluster of its own.

  npm run conformance                          all 446 specs: those that may run together, then the serial ones
  npm run conformance -- --sig apps,network    those of some SIGs
  npm run conformance -- --focus 'DNS|Probing' those whose name matches
  npm run conformance -- --short               the fixed short set that every change has to pass

  --skip REGEXP      leaves out what matches
  --procs N          how many specs run at once (4)
  --store KIND       sqlite (default) or memory
  --nodes N          how many nodes the cluster has (1); two specs need a second one
  --output DIR       where reports go (a folder below .cache/conformance)
  --keep             the cluster stays, to be looked at
  --help             this text

Needs root, Linux and Go: the suite, kubectl and the images' programs are built from Kubernetes' own modules, the first time in some
ten minutes; where registry.k8s.io can be reached, nodes pull the images from there. Ends with 1 if a spec of test/conformance/passing.txt failed, or any spec with --short; Ctrl-C keeps what was measured.`;

/** @throws {UsageError} */
export function readOptions(words: readonly string[]): ConformanceOptions | "help" {
  const { values } = parse(words);
  if (values.help === true) return "help";
  const procs = countOf("procs", values.procs, 4);
  const nodes = countOf("nodes", values.nodes, 1);
  const store = values.store ?? "sqlite";
  if (store !== "sqlite" && store !== "memory") throw new UsageError(`--store is sqlite or memory, not ${store}`);
  const sigs = (values.sig ?? "").split(",").filter((sig) => sig !== "");
  for (const pattern of [values.focus, values.skip]) checkPattern(pattern);
  const sig = sigs.length === 0 ? "" : `\\[sig-(${sigs.join("|")})\\]`;
  const wanted = [sig, values.focus === undefined ? "" : `(${values.focus})`].filter((one) => one !== "");
  return {
    focus: wanted.length === 0 ? [] : [wanted.join(".*")],
    skip: values.skip === undefined ? [] : [values.skip],
    procs,
    store,
    nodes,
    short: values.short ?? false,
    keep: values.keep ?? false,
    output: values.output,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        sig: { type: "string" },
        focus: { type: "string" },
        skip: { type: "string" },
        procs: { type: "string" },
        store: { type: "string" },
        nodes: { type: "string" },
        output: { type: "string" },
        short: { type: "boolean" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function countOf(name: string, typed: string | undefined, otherwise: number): number {
  const count = typed === undefined ? otherwise : Number(typed);
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`--${name} takes a number from 1 on, not ${typed}`);
  return count;
}

function checkPattern(pattern: string | undefined): void {
  if (pattern === undefined) return;
  try {
    new RegExp(pattern);
  } catch (error) {
    throw new UsageError(`${pattern} is no regular expression: ${(error as Error).message}`, { cause: error });
  }
}
