// Builds the package's JavaScript into `dist/`: half the start and two thirds of the memory of running the TypeScript as it is.
// Nothing is done where `dist/` is newer than every source. Plain JavaScript for any Node from 18 on.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDependencies, root } from "./dependencies.mjs";

const dist = join(root, "dist");
const stamp = join(dist, ".built");

/** Builds if need be; ends the process with what the compiler says where it cannot. */
export function ensureBuilt() {
  ensureDependencies();
  const sources = [
    ...filesBelow(join(root, "src")),
    ...filesBelow(join(root, "tools", "images")),
    join(root, "package.json"),
  ];
  const newest = Math.max(...sources.map((path) => statSync(path).mtimeMs));
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) return;
  console.error("Building …");
  rmSync(dist, { recursive: true, force: true });
  compile();
  for (const path of sources) if (!path.endsWith(".ts")) copy(path);
  writeFileSync(stamp, "");
}

/** What programs in TypeScript read of the package: made when it is packed, for nothing that runs needs it. */
export function buildTypes() {
  ensureBuilt();
  compile("--declaration", "--emitDeclarationOnly");
}

function compile(...options) {
  const tsc = join(root, "node_modules", "typescript", "lib", "tsc.js");
  const args = [tsc, "-p", "tsconfig.build.json", ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

function copy(path) {
  const target = join(dist, path.slice(root.length));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(path, target);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--types")) buildTypes();
  else ensureBuilt();
}
