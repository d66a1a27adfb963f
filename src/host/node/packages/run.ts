import { spawn } from "node:child_process";

/** What a finished program left behind. */
export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where it runs; this process's own directory when absent. */
  readonly cwd?: string;
  /** Called with each line of both outputs as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a program to its end and resolves whatever its exit code is; rejects when it cannot be started. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<ProgramResult> {
  const [program, ...args] = command as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.environment },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stdout: string[] = [];
    const stderr: string[] = [];
    for (const [stream, chunks] of [
      [child.stdout, stdout],
      [child.stderr, stderr],
    ] as const) {
      const onLine = options.onLine === undefined ? undefined : byLine(options.onLine);
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        chunks.push(text);
        onLine?.(text);
      });
    }
    child.once("error", reject);
    child.once("close", (code, killedBy) =>
      resolve({ exitCode: code ?? (killedBy === null ? 1 : 128), stdout: stdout.join(""), stderr: stderr.join("") }),
    );
  });
}

/** Like {@link run}, but an exit code other than 0 is an error that shows what the program said. */
export async function runOrThrow(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, options);
  if (exitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${exitCode}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

function byLine(onLine: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  };
}
