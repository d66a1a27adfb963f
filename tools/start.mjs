// `npm start`: a cluster from a fresh clone. Installs what is missing, builds, and runs `wherry up` in the foreground.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { pinnedNode, root } from "./dependencies.mjs";

ensureBuilt();
const script = join(root, "dist", "src", "bin", "wherry.mjs");
const child = spawn(pinnedNode, [script, "up", ...process.argv.slice(2)], {
  stdio: "inherit",
  // What the messages call the command.
  env: { WHERRY_COMMAND: `node ${join("dist", "src", "bin", "wherry.mjs")}`, ...process.env },
});
// A terminal sends Ctrl-C to both: this one only waits for what the other makes of it.
process.on("SIGINT", () => {});
for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
