/** Told as things happen, for people: the end of each step with its time. */
export type Progress = (step: string, tookMs: number) => void;

/** Tells of steps that come one after the other: each took what passed since the last. */
export function stepTimer(progress: Progress): (step: string) => void {
  let since = performance.now();
  return (step) => {
    const now = performance.now();
    progress(step, now - since);
    since = now;
  };
}
