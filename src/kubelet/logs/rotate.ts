import type { Disk } from "../ports/disk.ts";
import type { ContainerRuntime } from "../ports/runtime.ts";

const LARGEST_LOG = 10 * 2 ** 20;
/** The one that is written included. */
const MOST_FILES = 5;

/**
 * Moves a log that has grown too large aside and has the runtime begin a new one; the oldest of those moved aside goes.
 * @param stamp ends the name of the file that is moved, and sorts by time
 * @returns whether the log was rotated
 */
export async function rotateLog(
  log: { readonly path: string; readonly containerId: string },
  stamp: string,
  { disk, runtime, signal }: { readonly disk: Disk; readonly runtime: ContainerRuntime; readonly signal: AbortSignal },
): Promise<boolean> {
  const facts = await disk.stat(log.path);
  if (facts === undefined || facts.sizeBytes < LARGEST_LOG) return false;
  const slash = log.path.lastIndexOf("/");
  const [directory, name] = [log.path.slice(0, slash), log.path.slice(slash + 1)];
  const old = (await disk.list(directory)).filter((one) => one.startsWith(`${name}.`));
  for (const one of old.slice(0, Math.max(0, old.length - (MOST_FILES - 2))))
    await disk.removeTree(`${directory}/${one}`);
  const aside = `${log.path}.${stamp}`;
  await disk.rename(log.path, aside);
  try {
    await runtime.reopenLog(log.containerId, { signal });
  } catch (error) {
    // The runtime still writes to the file: it gets its name back, and the next round tries again.
    await disk.rename(aside, log.path);
    throw error;
  }
  return true;
}
