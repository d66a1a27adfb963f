import { duplicate, tooMany } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";

/** How many requests, results, or names of requests there may be. */
export const MOST_REQUESTS = 32;

/** Looks at each item, unless there are too many of them to look at. @returns whether there were not */
export function checkItems<T>(
  items: readonly T[],
  at: string,
  most: number,
  check: (item: T, at: string) => void,
  issues: Issues,
): boolean {
  if (items.length > most) {
    issues.push(tooMany(at, items.length, most));
    return false;
  }
  for (const [index, item] of items.entries()) check(item, `${at}[${index}]`);
  return true;
}

/** The same for items of which none may be there twice. @param keyOf by what they are told apart */
export function checkSet<T>(
  items: readonly T[],
  at: string,
  most: number,
  check: (item: T, at: string) => void,
  keyOf: (item: T) => string,
  issues: Issues,
): void {
  if (!checkItems(items, at, most, check, issues)) return;
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    if (seen.has(key)) issues.push(duplicate(`${at}[${index}]`, key));
    seen.add(key);
  }
}
