import type { Clock } from "../../base/clock.ts";

/** Shorter waits are kept to the millisecond. */
const LONG_MS = 5_000;
const BEAT_MS = 1_000;

/**
 * A clock whose long timers fire on the next whole second. Thousands of imagined machines in one process then do what they
 * do from time to time in the same moment: their writes go into one commit, and what follows them is woken once.
 */
export function coarseClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    timer: (delayMs, callback) => clock.timer(delayMs < LONG_MS ? delayMs : untilBeat(clock.now(), delayMs), callback),
    turn: () => clock.turn(),
  };
}

function untilBeat(nowMs: number, delayMs: number): number {
  return Math.ceil((nowMs + delayMs) / BEAT_MS) * BEAT_MS - nowMs;
}
