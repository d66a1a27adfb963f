// Runs a TypeScript program of this tree under the pinned Node, whichever Node and npm started it.
// Usage: node tools/run.mjs FILE [ARGUMENT…]
import { spawn } from "node:child_process";
import { ensureDependencies, pinnedNode } from "./dependencies.mjs";

ensureDependencies();
const child = spawn(pinnedNode, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
