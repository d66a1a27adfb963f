import type { Clock } from "../../base/clock.ts";

/** `setTimeout` fires at once when asked for more than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** How far the wall clock may run ahead of us before we follow it: it was set, or the machine slept. */
const LEAP_MS = 1_000;

/**
 * The machine's clock. It ticks with the monotonic one, so that a wall clock set back never makes time go back, and leaps
 * ahead with the wall clock. Whole milliseconds.
 *
 * @param options.holdProcess whether a pending timer keeps the process alive: true where the wait is the program's purpose (a
 * command that polls), false for servers, which their sockets keep alive and which must end when those close.
 */
export function createClock({ holdProcess }: { readonly holdProcess: boolean }): Clock {
  let origin = performance.timeOrigin;
  return {
    now() {
      const ticked = origin + performance.now();
      const ahead = Date.now() - ticked;
      if (ahead > LEAP_MS) {
        origin += ahead;
        return Math.floor(ticked + ahead);
      }
      return Math.floor(ticked);
    },
    timer(delayMs, callback) {
      let left = delayMs;
      let timeout: NodeJS.Timeout;
      const wait = () => {
        const step = Math.min(left, LONGEST_TIMEOUT_MS);
        left -= step;
        timeout = setTimeout(left > 0 ? wait : callback, step);
        if (!holdProcess) timeout.unref();
      };
      wait();
      return { [Symbol.dispose]: () => clearTimeout(timeout) };
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
