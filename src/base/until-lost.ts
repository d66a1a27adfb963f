/**
 * Waits for what should never end.
 * @param lost rejects when it ends nevertheless
 * @returns resolves when the signal is aborted, whatever happens then. @throws what `lost` rejects with before that
 */
export function untilLost(lost: Promise<never>, signal: AbortSignal): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return Promise.race([stopped, lost]);
}
