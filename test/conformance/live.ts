import { sigOf, type SpecResult } from "./report.ts";

export interface Progress {
  readonly total: number | undefined;
  readonly passed: number;
  readonly failed: number;
  /** What ended last. */
  readonly last: SpecResult | undefined;
}

/**
 * Reads what ended from the suite's output, which tells each spec once it is over: a line with its state and time, one with its
 * name, then what it wrote, up to a line of dashes.
 */
export function followSpecs(onProgress: (progress: Progress) => void): {
  line(text: string): void;
  /** All that have ended so far. */
  results(): readonly SpecResult[];
} {
  const results: SpecResult[] = [];
  let progress: Progress = { total: undefined, passed: 0, failed: 0, last: undefined };
  let block: readonly string[] | undefined;

  const end = (lines: readonly string[]) => {
    const last = resultOf(lines);
    results.push(last);
    const counted = last.passed ? { passed: progress.passed + 1 } : { failed: progress.failed + 1 };
    progress = { ...progress, ...counted, last };
    onProgress(progress);
  };
  return {
    results: () => results,
    line(text) {
      const total = /^Will run (\d+) of/.exec(text)?.[1];
      if (total !== undefined) progress = { ...progress, total: Number(total) };
      if (STATE.test(text)) block = [];
      if (block === undefined) return;
      block = [...block, text];
      if (!/^-{30,}$/.test(text)) return;
      end(block);
      block = undefined;
    },
  };
}

const STATE = /^• (\[[A-Z ]+\] )?\[([\d.]+) seconds\]/;

function resultOf([head = "", title = "", place = "", ...rest]: readonly string[]): SpecResult {
  const [, state, seconds] = STATE.exec(head)!;
  const name = nameOf(title);
  const result = { name, sig: sigOf(name), passed: state === undefined, seconds: Number(seconds) };
  if (result.passed) return result;
  const message = rest.findLast((line) => line.trimStart().startsWith("[FAILED] ")) ?? state!;
  const log = rest.join("\n");
  return { ...result, failure: { message: message.trim().replace("[FAILED] ", ""), location: place, log } };
}

/** Without the labels behind the name, and without the word for the failed part of it. */
function nameOf(line: string): string {
  return line.replace(/ \[[a-z][\w-]*(, [^\]]*)?\]$/, "").replace("[It] ", "");
}
