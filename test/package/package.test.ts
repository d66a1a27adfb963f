import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runOrThrow } from "../../src/host/node/packages/run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  module: "nodenext",
  target: "es2024",
  lib: ["es2024", "esnext.disposable", "esnext.collection", "esnext.iterator"],
  types: ["node"],
};

test("the package, as npm packs it: what README shows compiles against its types, and runs", async (context) => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-package-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "wherry"), { recursive: true });
  await runOrThrow(["npm", "pack", "--prefix", root, "--pack-destination", directory, root]);
  const packed = readdirSync(directory).find((name) => name.endsWith(".tgz"))!;
  await runOrThrow(["tar", "-xzf", join(directory, packed), "-C", join(modules, "wherry"), "--strip-components=1"]);
  // What npm would install beside it.
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  const shown = /```ts\n([^]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))![1]!;
  writeFileSync(join(directory, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(directory, "example.ts"), shown);
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["example.ts"] }));
  const compiler = join(modules, "typescript", "lib", "tsc.js");
  await runOrThrow([process.execPath, compiler, "-p", directory]);
  await runOrThrow([process.execPath, join(directory, "example.ts")]);
  assert.ok(!readdirSync(join(modules, "wherry")).includes("src"));
});
