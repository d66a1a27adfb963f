/** `npm run check`: types (all, and the core without any platform), lint, format and the rules of the house. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => `${root}node_modules/.bin/${name}`;

const checks: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ["types", bin("tsc"), ["-p", "tsconfig.json"]],
  ["types of the core", bin("tsc"), ["-p", "tsconfig.core.json"]],
  ["lint", bin("oxlint"), ["--quiet"]],
  ["format", bin("oxfmt"), ["--check", "src", "tools", "bench", "test"]],
  ["tidy", process.execPath, ["--test", "--test-reporter=dot", "tools/tidy.test.ts"]],
];

let failed = false;
for (const [name, command, args] of checks) {
  const { code, output } = await run(command, args);
  console.log(`${code === 0 ? "ok    " : "FAILED"} ${name}`);
  if (code === 0) continue;
  failed = true;
  console.log(output);
}
process.exit(failed ? 1 : 0);

function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
