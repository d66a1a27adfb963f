import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const ROUNDS = 5;

/** A control plane inside a program: from the start of the process to the first object written. */
export async function run(print: (line: string) => void): Promise<void> {
  const times: { readonly importMs: number; readonly readyMs: number; readonly wholeMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const child = fork(join(import.meta.dirname, "library-start.ts"));
    const [answer] = (await once(child, "message")) as [{ importMs: number; readyMs: number }];
    times.push({ ...answer, wholeMs: performance.now() - start });
    child.kill();
    await once(child, "exit");
  }
  const { importMs, readyMs, wholeMs } = times.toSorted((left, right) => left.wholeMs - right.wholeMs)[ROUNDS >> 1]!;
  print(
    `library: a control plane takes its first object ${readyMs.toFixed(0)} ms after it was asked for; ${importMs.toFixed(0)} ms to import, ${wholeMs.toFixed(0)} ms with the process around it`,
  );
}
