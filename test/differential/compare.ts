import { diff } from "node:util";
import type { Known } from "./known.ts";
import { type Entry, LATE } from "./play.ts";

/** One step that went differently. */
export interface Difference {
  readonly case: string;
  readonly step: string;
  /** Lines that only one side has, with some around: `-` as Kubernetes has it, `+` as Wherry has it. */
  readonly shown: readonly string[];
}

export interface Compared {
  readonly differences: readonly Difference[];
  /** Titles of the known differences that were met. */
  readonly met: ReadonlySet<string>;
}

const CONTEXT = 3;
/** Beyond this a line-by-line comparison takes too long: lines are compared as a set. */
const LONG = 6_000;

/** Compares how a case went on both sides. */
export function compare(
  name: string,
  kubernetes: readonly Entry[],
  wherry: readonly Entry[],
  known: readonly Known[],
): Compared {
  const met = new Set<string>();
  const differences: Difference[] = [];
  const here = known.filter(({ cases }) => cases.test(name));
  const excused = (line: string) => {
    const reason = here.find(({ lines }) => lines.some((pattern) => pattern.test(line.slice(2))));
    if (reason !== undefined) met.add(reason.title);
    return reason !== undefined;
  };
  for (const [index, entry] of kubernetes.entries()) {
    const other = wherry[index];
    if (other !== undefined && sameLines(entry.lines, other.lines) && !isLate(entry)) continue;
    const lines = differing(entry.lines, other?.lines ?? ["(nothing: the case ended before)"]);
    const unexplained = lines.filter((line) => line.startsWith(" ") || !excused(`${line}  # ${entry.step}`));
    if (!unexplained.every((line) => line.startsWith(" "))) {
      differences.push({ case: name, step: entry.step, shown: around(unexplained) });
    } else if (isLate(entry)) differences.push({ case: name, step: entry.step, shown: entry.lines });
  }
  return { differences, met };
}

/** What never came on the side of Kubernetes is a mistake of the case. */
function isLate({ lines }: Entry): boolean {
  return lines.at(-1)?.startsWith(LATE) === true;
}

function sameLines(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((line, index) => line === others[index]);
}

function differing(expected: readonly string[], actual: readonly string[]): readonly string[] {
  if (expected.length + actual.length > LONG) return asSets(expected, actual);
  return diff(expected, actual).map(([side, line]) => `${side === 0 ? " " : side === 1 ? "-" : "+"} ${line}`);
}

function asSets(expected: readonly string[], actual: readonly string[]): readonly string[] {
  const only = (some: readonly string[], others: ReadonlySet<string>) => some.filter((line) => !others.has(line));
  return [
    ...only(expected, new Set(actual)).map((line) => `- ${line}`),
    ...only(actual, new Set(expected)).map((line) => `+ ${line}`),
    ...(expected.length === actual.length ? [] : [`- ${expected.length} lines`, `+ ${actual.length} lines`]),
  ];
}

/** The changed lines and those near them. */
function around(lines: readonly string[]): readonly string[] {
  const near = (index: number) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => !line.startsWith(" "));
  return lines.flatMap((line, index) => (near(index) ? [line] : near(index - 1) && index > 0 ? ["  …"] : []));
}
