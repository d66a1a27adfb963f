/** How often each fault comes, from 0 (never) to 1 (always). */
export interface FaultRates {
  /** A write is refused with 409 before anything happens. */
  readonly conflict: number;
  /** A call is answered with 500 before anything happens. */
  readonly serverError: number;
  /** A write is carried out and its answer is lost. */
  readonly lostAnswer: number;
  /** A watch breaks off at a batch of events, which is lost with it. */
  readonly droppedWatch: number;
  /** A watch's next batch, and all behind it, come up to {@link STALE_MS} late. */
  readonly staleWatch: number;
  /** A watch ends with 410: its reader has to list again. */
  readonly expiredWatch: number;
  /** A commit takes up to {@link SLOW_COMMIT_MS}. */
  readonly slowCommit: number;
  /** A commit fails, and nothing of it is written. */
  readonly failedCommit: number;
}

export const STALE_MS = 3_000;
export const SLOW_COMMIT_MS = 500;

const noFaults: FaultRates = {
  conflict: 0,
  serverError: 0,
  lostAnswer: 0,
  droppedWatch: 0,
  staleWatch: 0,
  expiredWatch: 0,
  slowCommit: 0,
  failedCommit: 0,
};

/** The faults of a world; whoever injects them asks for the rates each time, so that they can be switched as it runs. */
export class Faults {
  rates: FaultRates = noFaults;

  set(rates: Partial<FaultRates>): void {
    this.rates = { ...noFaults, ...rates };
  }

  off(): void {
    this.rates = noFaults;
  }
}
