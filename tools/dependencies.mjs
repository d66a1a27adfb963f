// The npm dependencies, the pinned Node among them. Plain JavaScript for any Node from 18 on: it runs before they are there.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that Wherry is pinned to; it comes as the npm package `node`. */
export const pinnedNode = join(root, "node_modules", "node", "bin", "node");

const stamp = join(root, "node_modules", ".wherry-installed");

/** Installs the npm dependencies if they are missing or older than the lock file. Ends the process with a sentence if it can't. */
export function ensureDependencies() {
  const lock = join(root, "package-lock.json");
  const wanted = createHash("sha256").update(readFileSync(lock)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted && nodeRuns()) return;
  console.error("Installing the npm dependencies …");
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (npm.status !== 0) {
    console.error(
      npm.error?.code === "ENOENT"
        ? "npm is not on the PATH: install it and try again."
        : "npm ci failed; see above. Nothing was started.",
    );
    process.exit(1);
  }
  completeNode();
  writeFileSync(stamp, wanted);
}

/** The `node` package links its binary in an install script, which npm may have been told not to run: run it then. */
function completeNode() {
  if (nodeRuns()) return;
  execFileSync(process.execPath, ["installArchSpecificPackage.js"], {
    cwd: join(root, "node_modules", "node"),
    stdio: "ignore",
  });
  if (nodeRuns()) return;
  console.error("The pinned Node did not install: remove node_modules and try again.");
  process.exit(1);
}

function nodeRuns() {
  return existsSync(pinnedNode) && spawnSync(pinnedNode, ["--version"]).status === 0;
}
