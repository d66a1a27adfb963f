// `npm test`: everything, from a fresh clone. Types, lint and tidy first, then the fast tests beside the code, then those
// with real parts (containers, kubectl), which say loudly where this machine cannot run them.
import { spawnSync } from "node:child_process";
import { ensureDependencies, pinnedNode, root } from "./dependencies.mjs";

ensureDependencies();
const steps = [
  ["check", ["tools/check.ts"]],
  ["fast", ["--test", "--test-reporter=dot", "src/**/*.test.ts", "tools/**/*.test.ts"]],
  ["real", ["--test", "--test-concurrency=1", "--test-reporter=spec", "test/**/*.test.ts"]],
];
const only = process.argv[2];
for (const [name, args] of steps) {
  if (only !== undefined && only !== name) continue;
  console.log(`\n— ${name} —`);
  const started = Date.now();
  const { status } = spawnSync(pinnedNode, args, { cwd: root, stdio: "inherit" });
  console.log(`— ${name}: ${status === 0 ? "passed" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(1)} s —`);
  if (status !== 0) process.exit(1);
}
