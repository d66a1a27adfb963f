import { watch } from "node:fs";

/** The kernel's notices are not given for every kind of file system: a look from time to time makes up for them. */
const LOOK_EVERY_MS = 1_000;

/** Yields whenever a file may have changed, until the signal is aborted. Many changes at once are one. */
export async function* fileChanges(path: string, signal: AbortSignal): AsyncGenerator<void> {
  let changed = false;
  let wake = () => {};
  const tell = () => {
    changed = true;
    wake();
  };
  const timer = setInterval(tell, LOOK_EVERY_MS);
  const watcher = watchQuietly(path, tell);
  signal.addEventListener("abort", tell, { once: true });
  try {
    while (!signal.aborted) {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      changed = false;
      if (!signal.aborted) yield;
    }
  } finally {
    clearInterval(timer);
    watcher?.close();
    signal.removeEventListener("abort", tell);
  }
}

function watchQuietly(path: string, tell: () => void) {
  try {
    const watcher = watch(path, { persistent: false }, tell);
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
