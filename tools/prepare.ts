/** What the tests with real parts need of this machine: installed if it may be, and said loudly where it may not. */
import { ensureHostParts, MissingPartsError } from "../src/host/node/packages/install.ts";

const progress = (line: string) => console.log(line);

if (process.platform === "linux" && process.getuid?.() === 0) {
  try {
    await ensureHostParts({ signal: new AbortController().signal, progress });
    console.log("containerd and what surrounds it are here");
  } catch (error) {
    // The tests that need them are skipped, and name what is missing.
    if (!(error instanceof MissingPartsError)) throw error;
    console.error(error.message);
  }
}
