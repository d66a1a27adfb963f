/** Time as an argument. Nothing outside `host/` reads the machine's clock or makes a timer by itself. */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes back within a process. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now. Disposing the timer before then cancels it; afterwards it does nothing. */
  timer(delayMs: number, callback: () => void): Timer;
  /** Resolves after everything else that is ready to run has run: how long work yields to the event loop. */
  turn(): Promise<void>;
}

export interface Timer {
  [Symbol.dispose](): void;
}

/** Waits `delayMs`. Rejects with the signal's reason as soon as it is aborted. */
export function delay(clock: Clock, delayMs: number, { signal }: { signal: AbortSignal }): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const timer = clock.timer(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = () => {
      timer[Symbol.dispose]();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
