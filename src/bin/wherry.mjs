#!/usr/bin/env node
// The command `wherry`. Plain JavaScript for any Node from 18 on: under one that is too old it runs itself again under the
// pinned Node, which comes as the npm package `node`.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST = 24;

if (Number(process.versions.node.split(".")[0]) >= OLDEST) {
  module.enableCompileCache?.();
  // Built, it is JavaScript; in the source tree Node runs TypeScript as it is.
  await import(existsSync(new URL("main.js", import.meta.url)) ? "./main.js" : "./main.ts");
} else runPinned();

function runPinned() {
  const node = pinnedNode();
  if (node === undefined) {
    console.error(
      `wherry: Node ${process.versions.node} is too old, and the pinned one is not installed: run 'npm install' in ${root()}.`,
    );
    process.exit(1);
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  // A terminal sends Ctrl-C to both: this one only waits for what the other makes of it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`wherry: the pinned Node does not run: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
}

function pinnedNode() {
  const candidates = [join(root(), "node_modules", "node", "bin", "node")];
  try {
    candidates.push(join(dirname(module.createRequire(import.meta.url).resolve("node/package.json")), "bin", "node"));
  } catch {
    // Not installed beside this package.
  }
  return candidates.find((path) => existsSync(path));
}

/** The package's folder: above `src`, or above `dist/src`. */
function root() {
  const folder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  return existsSync(join(folder, "package.json")) ? folder : dirname(folder);
}
