import { sigOf, type SpecResult } from "./report.ts";

export interface Progress {
  readonly total: number | undefined;
  readonly passed: number;
  readonly failed: number;
  /** What ended last. */
  readonly last: SpecResult | undefined;
}

/**
 * Reads what ended from the suite's output. Lines of dashes stand between blocks; the block of a spec has its name and, once it is
 * over, a line with its state and time: first where several run at once, last where one does.
 */
export function followSpecs(onProgress: (progress: Progress) => void): {
  line(text: string): void;
  /** All that have ended so far. */
  results(): readonly SpecResult[];
} {
  const results: SpecResult[] = [];
  let progress: Progress = { total: undefined, passed: 0, failed: 0, last: undefined };
  let block: string[] = [];
  return {
    results: () => results,
    line(text) {
      const total = /^Will run (\d+) of/.exec(text)?.[1];
      if (total !== undefined) progress = { ...progress, total: Number(total) };
      if (!/^-{30,}$/.test(text)) {
        block.push(text);
        return;
      }
      const last = resultOf(block);
      block = [];
      if (last === undefined) return;
      results.push(last);
      const counted = last.passed ? { passed: progress.passed + 1 } : { failed: progress.failed + 1 };
      progress = { ...progress, ...counted, last };
      onProgress(progress);
    },
  };
}

const STATE = /^• (\[[A-Z ]+\] )?\[([\d.]+) seconds\]/;
const TITLE = /^\[sig-/;

/** Undefined for a block that is no spec's. */
function resultOf(lines: readonly string[]): SpecResult | undefined {
  const state = lines.map((line) => STATE.exec(line)).find((match) => match !== null);
  const at = lines.findIndex((line) => TITLE.test(line));
  if (state === undefined || at === -1) return undefined;
  const [, failed, seconds] = state;
  const name = nameOf(lines[at]!);
  const result = { name, sig: sigOf(name), passed: failed === undefined, seconds: Number(seconds) };
  if (result.passed) return result;
  const message = lines.findLast((line) => line.trimStart().startsWith("[FAILED] ")) ?? failed!;
  const failure = {
    message: message.trim().replace("[FAILED] ", ""),
    location: lines[at + 1] ?? "",
    log: lines.join("\n"),
  };
  return { ...result, failure };
}

/** Without the labels behind the name, and without the word for the failed part of it. */
function nameOf(line: string): string {
  return line.replace(/ \[[a-z][\w-]*(, [^\]]*)?\]$/, "").replace("[It] ", "");
}
