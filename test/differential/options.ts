import { parseArgs } from "node:util";

export interface Options {
  readonly help: boolean;
  readonly list: boolean;
  /** Names of cases, `*` for anything; none for all. */
  readonly cases: readonly string[];
  /** Where it goes, what runs stays there. */
  readonly keep: boolean;
  readonly fuzz: { readonly seed: number; readonly minutes: number } | undefined;
}

export const USAGE = `Plays the same steps against the real Kubernetes and against Wherry, and tells what differs and is not in known.md.

  npm run differential                       all cases
  npm run differential -- --case 'bad-*'     those whose name matches
  npm run differential -- --list             which there are
  npm run differential -- --fuzz             new cases, made by chance; what differs is cut down to its least

  --seed N      the same cases again (each run tells its own)
  --minutes M   how long to go on making cases (5)
  --keep        the logs and data of both sides stay, and it is said where
  --help        this text

Needs Go: kube-apiserver, etcd and what else a case needs are built the first time, in some minutes. Ends with 1 if anything
differs that known.md does not explain; Ctrl-C keeps what was compared.`;

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
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const minutes = numberOf("minutes", values.minutes);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : numberOf("seed", values.seed);
  return {
    help: values.help,
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
