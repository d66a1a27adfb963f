// `npm test`: everything, from a fresh clone. Types, lint and tidy first, then the fast tests beside the code, then those
// with real parts (containers, kubectl), which are installed if this machine may; where it cannot run them, they say so loudly.
import { spawnSync } from "node:child_process";
import { ensureDependencies, pinnedNode, root } from "./dependencies.mjs";

ensureDependencies();
const steps = [
  ["check", ["tools/check.ts"]],
  // Some of the fast tests run against the real programs, too.
  ["prepare", ["tools/prepare.ts"]],
  ["fast", ["--test", "--test-reporter=dot", "src/**/*.test.ts", "tools/**/*.test.ts", "bench/**/*.test.ts"]],
  ["real", ["--test", "--test-concurrency=1", "--test-reporter=spec", "test/**/*.test.ts"]],
];
const only = process.argv[2];
for (const [name, args] of steps) {
  if (only !== undefined && only !== name && (name !== "prepare" || only === "check")) continue;
  console.log(`\n— ${name} —`);
  const started = Date.now();
  const { status } = spawnSync(pinnedNode, args, { cwd: root, stdio: "inherit" });
  console.log(`— ${name}: ${status === 0 ? "passed" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(1)} s —`);
  if (status !== 0) process.exit(1);
}
