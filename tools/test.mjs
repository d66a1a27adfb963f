// `npm test`: everything, from a fresh clone. Types, lint and tidy first, then the fast tests beside the code, then those
// with real parts (containers, kubectl), which are installed if this machine may; where it cannot run them, they say so loudly.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ensureDependencies, pinnedNode, root } from "./dependencies.mjs";

ensureDependencies();
// Each file is a process of its own: what one compiled, the next one finds.
const env = { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compiled"), ...process.env };
// Node leaves one core free by default, and most of these wait for something.
const atOnce = `--test-concurrency=${Math.max(2, availableParallelism())}`;
const steps = [
  ["check", ["tools/check.ts"]],
  // Some of the fast tests run against the real programs, too.
  ["prepare", ["tools/prepare.ts"]],
  ["fast", ["--test", atOnce, "--test-reporter=dot", "src/**/*.test.ts", "tools/**/*.test.ts", "bench/**/*.test.ts"]],
  ["real", ["--test", atOnce, "--test-reporter=spec", "test/**/*.test.ts"]],
];
const only = process.argv[2];
for (const [name, args] of steps) {
  if (only !== undefined && only !== name && (name !== "prepare" || only === "check")) continue;
  console.log(`\n— ${name} —`);
  const started = Date.now();
  const { status } = spawnSync(pinnedNode, args, { cwd: root, env, stdio: "inherit" });
  console.log(`— ${name}: ${status === 0 ? "passed" : "FAILED"} in ${((Date.now() - started) / 1000).toFixed(1)} s —`);
  if (status !== 0) process.exit(1);
}
