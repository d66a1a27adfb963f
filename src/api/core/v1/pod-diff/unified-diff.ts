/**
 * A unified diff of two lists of lines, each without its line end, with three lines of context. It finds the same matches
 * as Python's difflib, whose Go version Kubernetes uses: the longest run first, then what lies before and behind it.
 */
export function unifiedDiff(a: readonly string[], b: readonly string[]): string {
  let text = "";
  for (const group of groups(operations(a, b))) {
    const first = group[0]!;
    const last = group.at(-1)!;
    text += `@@ -${range(first.aFrom, last.aTo)} +${range(first.bFrom, last.bTo)} @@\n`;
    for (const { equal, aFrom, aTo, bFrom, bTo } of group) {
      if (equal) for (const line of a.slice(aFrom, aTo)) text += ` ${line}\n`;
      else {
        for (const line of a.slice(aFrom, aTo)) text += `-${line}\n`;
        for (const line of b.slice(bFrom, bTo)) text += `+${line}\n`;
      }
    }
  }
  return text;
}

const CONTEXT = 3;

interface Operation {
  readonly equal: boolean;
  readonly aFrom: number;
  readonly aTo: number;
  readonly bFrom: number;
  readonly bTo: number;
}

function range(from: number, to: number): string {
  const length = to - from;
  if (length === 1) return `${from + 1}`;
  return `${length === 0 ? from : from + 1},${length}`;
}

/** Operations with the equal lines between cut down to the context; far apart changes are groups of their own. */
function groups(all: readonly Operation[]): readonly (readonly Operation[])[] {
  if (!all.some(({ equal }) => !equal)) return [];
  const result: Operation[][] = [];
  let group: Operation[] = [];
  for (const [index, operation] of all.entries()) {
    let { aFrom, aTo, bFrom, bTo } = operation;
    if (operation.equal && index === 0) {
      aFrom = Math.max(aFrom, aTo - CONTEXT);
      bFrom = Math.max(bFrom, bTo - CONTEXT);
    }
    if (operation.equal && index === all.length - 1) {
      aTo = Math.min(aTo, aFrom + CONTEXT);
      bTo = Math.min(bTo, bFrom + CONTEXT);
    }
    if (operation.equal && aTo - aFrom > 2 * CONTEXT) {
      group.push({ equal: true, aFrom, aTo: aFrom + CONTEXT, bFrom, bTo: bFrom + CONTEXT });
      result.push(group);
      group = [];
      aFrom = aTo - CONTEXT;
      bFrom = bTo - CONTEXT;
    }
    group.push({ equal: operation.equal, aFrom, aTo, bFrom, bTo });
  }
  if (group.some(({ equal }) => !equal)) result.push(group);
  return result;
}

function operations(a: readonly string[], b: readonly string[]): readonly Operation[] {
  const result: Operation[] = [];
  let [i, j] = [0, 0];
  for (const match of [...matches(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) result.push({ equal: false, aFrom: i, aTo: match.a, bFrom: j, bTo: match.b });
    [i, j] = [match.a + match.size, match.b + match.size];
    if (match.size > 0) result.push({ equal: true, aFrom: match.a, aTo: i, bFrom: match.b, bTo: j });
  }
  return result;
}

interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

function matches(a: readonly string[], b: readonly string[]): readonly Match[] {
  const places = placesOf(b);
  const found: Match[] = [];
  const search = (aLow: number, aHigh: number, bLow: number, bHigh: number) => {
    const match = longestMatch(a, b, places, [aLow, aHigh, bLow, bHigh]);
    if (match.size === 0) return;
    if (aLow < match.a && bLow < match.b) search(aLow, match.a, bLow, match.b);
    found.push(match);
    const [aNext, bNext] = [match.a + match.size, match.b + match.size];
    if (aNext < aHigh && bNext < bHigh) search(aNext, aHigh, bNext, bHigh);
  };
  search(0, a.length, 0, b.length);
  return joined(found);
}

function joined(found: readonly Match[]): readonly Match[] {
  const result: Match[] = [];
  for (const match of found) {
    const last = result.at(-1);
    if (last !== undefined && last.a + last.size === match.a && last.b + last.size === match.b) {
      result[result.length - 1] = { a: last.a, b: last.b, size: last.size + match.size };
    } else result.push(match);
  }
  return result;
}

/** Where each line stands. In long texts lines that stand everywhere begin no match. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [index, line] of lines.entries()) {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  }
  if (lines.length >= 200) {
    const most = Math.floor(lines.length / 100) + 1;
    for (const [line, found] of places) if (found.length > most) places.delete(line);
  }
  return places;
}

type Window = readonly [aLow: number, aHigh: number, bLow: number, bHigh: number];

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [aLow, aHigh, bLow, bHigh]: Window,
): Match {
  let best: Match = { a: aLow, b: bLow, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i]!) ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  let { a: from, b: other, size } = best;
  while (from > aLow && other > bLow && a[from - 1] === b[other - 1]) {
    from--;
    other--;
    size++;
  }
  while (from + size < aHigh && other + size < bHigh && a[from + size] === b[other + size]) size++;
  return { a: from, b: other, size };
}
