import { parseArgs } from "node:util";

export interface Options {
  readonly list: boolean;
  /** Names of cases, `*` for anything; none for all. */
  readonly cases: readonly string[];
  /** Where it goes, what runs stays there. */
  readonly keep: boolean;
  readonly fuzz: { readonly seed: number; readonly minutes: number } | undefined;
}

export const USAGE = `npm run differential -- [--case NAME…] [--list] [--keep]
npm run differential -- --fuzz [--seed N] [--minutes M]`;

/** @throws {Error} with a sentence about what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      case: { type: "string", multiple: true, default: [] },
      list: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      fuzz: { type: "boolean", default: false },
      seed: { type: "string" },
      minutes: { type: "string", default: "5" },
    },
  });
  const minutes = numberOf("minutes", values.minutes);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : numberOf("seed", values.seed);
  return {
    list: values.list,
    cases: [...values.case, ...positionals],
    keep: values.keep,
    fuzz: values.fuzz ? { seed, minutes } : undefined,
  };
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name} takes a number, not ${JSON.stringify(text)}.`);
  return number;
}
