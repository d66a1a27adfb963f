/** A set of completion indexes, as a Job's status writes it: `1,3-5,7`. */
export function parseIndexes(text: string | undefined, completions: number): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? "").split(",")) {
    const [first, last = first] = part.split("-").map(Number);
    if (part === "" || first === undefined || Number.isNaN(first) || Number.isNaN(last!)) continue;
    for (let index = first; index <= last! && index < completions; index++) indexes.add(index);
  }
  return indexes;
}

/** Runs of three and more are written by their ends. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length;) {
    const first = sorted[at]!;
    let last = first;
    while (sorted[at + 1] === last + 1) last = sorted[++at]!;
    at += 1;
    if (first === last) parts.push(String(first));
    else parts.push(last - first > 1 ? `${first}-${last}` : `${first},${last}`);
  }
  return parts.join(",");
}

/** The lowest indexes that are in neither set. */
export function firstPending(count: number, completions: number, taken: (index: number) => boolean): readonly number[] {
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index++) if (!taken(index)) found.push(index);
  return found;
}
