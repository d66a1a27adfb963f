// Builds the programs named on the command line, or all of them, and prints where they are.
//   node tools/run.mjs tools/reference/main.ts kube-apiserver etcd
import { buildReference, ReferenceError } from "./build.ts";
import { type ProgramName, PROGRAMS } from "./programs.ts";

const names = (process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS)) as ProgramName[];
const unknown = names.filter((name) => !(name in PROGRAMS));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(", ")}; there are ${Object.keys(PROGRAMS).join(", ")}.`);
  process.exit(2);
}
const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
try {
  const paths = await buildReference(names, {
    progress: (line) => console.error(line),
    signal: interrupted.signal,
  });
  console.log(Object.values(paths).join("\n"));
} catch (error) {
  if (!(error instanceof ReferenceError) && !interrupted.signal.aborted) throw error;
  console.error(interrupted.signal.aborted ? "Called off." : (error as ReferenceError).message);
  process.exit(1);
}
