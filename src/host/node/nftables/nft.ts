import { spawn } from "node:child_process";

export interface ToolOptions {
  readonly signal: AbortSignal;
  /** Written to the program's standard input. */
  readonly input?: string;
}

/** Thrown when nft, conntrack or ip ends with an exit code other than 0. */
export class ToolError extends Error {
  readonly exitCode: number;
  readonly stderr: string;
  constructor(command: readonly string[], exitCode: number, stderr: string) {
    // nft repeats each line that it did not like: the first few say enough.
    super(
      `${command.join(" ")}: exit code ${exitCode}: ${stderr.trim().split("\n").slice(0, 4).join(" | ").slice(0, 600)}`,
    );
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

/** Runs a program to its end and gives its output. Throws {@link ToolError}. */
export function runTool(command: readonly string[], { signal, input }: ToolOptions): Promise<string> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], signal });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A program that ends early closes its input: its exit code tells more than EPIPE.
    child.stdin.on("error", () => {});
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(stdout);
      else reject(new ToolError(command, code ?? 128, stderr));
    });
    child.stdin.end(input ?? "");
  });
}
