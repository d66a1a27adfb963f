import { quoted } from "../../../machinery/issue.ts";

/** How many indexes a text such as `1,3-5,7` names, or what is wrong with it. */
export function countIndexes(text: string, completions: number): number | string {
  let previous = -1;
  let total = 0;
  for (const part of text === "" ? [] : text.split(",")) {
    const interval = parseInterval(part, completions);
    if (typeof interval === "string") return interval;
    const { first, last } = interval;
    if (previous >= first) return `non-increasing order, previous: ${previous}, current: ${first}`;
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that two texts name both, as Kubernetes walks along them; what is no interval is passed over. */
export function firstCommonIndex(completed: string, failed: string, completions: number): number | undefined {
  const left = intervalsOf(completed, completions);
  const right = intervalsOf(failed, completions);
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    const a = left[i]!;
    const b = right[j]!;
    if (a.first <= b.last && b.first <= a.last) return Math.max(a.first, b.first);
    if (a.first <= b.first) i++;
    else j++;
  }
  return undefined;
}

function intervalsOf(text: string, completions: number): readonly IndexInterval[] {
  const intervals = text.split(",").map((part) => parseInterval(part, completions));
  return intervals.filter((interval) => typeof interval !== "string");
}

/** Both among them. */
interface IndexInterval {
  readonly first: number;
  readonly last: number;
}

const INTEGER = /^[+-]?\d+$/;

/** Reads `3` or `3-5`, or tells what is wrong with it. */
function parseInterval(text: string, completions: number): IndexInterval | string {
  const parts = text.split("-");
  if (parts.length > 2) {
    return `the fragment ${quoted(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  for (const part of parts) {
    if (!INTEGER.test(part)) return `cannot convert string to integer for index: ${quoted(part)}`;
    if (Number(part) >= completions) return `too large index: ${quoted(part)}`;
  }
  const first = Number(parts[0]);
  const last = Number(parts[1] ?? parts[0]);
  if (parts.length > 1 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`;
  return { first, last };
}
