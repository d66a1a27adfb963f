/**
 * Acts on many items, 1, 2, 4, … at a time, so that a cause that makes every attempt fail (a quota, an invalid template)
 * is met by few attempts. Stops after the first batch in which one failed. @throws the first failure.
 */
export async function inBatches<I>(items: readonly I[], act: (item: I) => Promise<unknown>): Promise<void> {
  for (let start = 0, size = 1; start < items.length; start += size, size *= 2) {
    if (start > 0 && size > items.length - start) size = items.length - start;
    const results = await Promise.allSettled(items.slice(start, start + size).map(act));
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }
}
