import { watch } from "node:fs";
import type { ChangesOptions } from "../../../kubelet/ports/disk.ts";

/** The kernel's notices are not given for every kind of file system: a look from time to time makes up for them. */
const OFTEN_MS = 1_000;

/** Yields whenever a file or folder may have changed, until the signal is aborted. Many changes at once are one. */
export async function* fileChanges(
  path: string,
  { signal, lookEveryMs = OFTEN_MS }: ChangesOptions,
): AsyncGenerator<void> {
  let changed = false;
  let wake = () => {};
  const tell = () => {
    changed = true;
    wake();
  };
  let watcher = watchQuietly(path, tell);
  const timer = setInterval(() => {
    // What is not there yet cannot be watched.
    watcher ??= watchQuietly(path, tell);
    tell();
  }, lookEveryMs);
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
