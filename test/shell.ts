import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

export interface LineOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** A command that runs beside the test. */
export interface Background extends AsyncDisposable {
  readonly output: () => string;
  /** Waits until what it has printed matches. */
  shows(pattern: RegExp, patienceMs?: number): Promise<string>;
  stop(): Promise<Result>;
}

/** A terminal: command lines are typed as people type them, into `sh`. */
export interface Shell {
  /** Runs a line to its end, whatever that is. */
  run(line: string, options?: LineOptions): Promise<Result>;
  /** Runs a line that must succeed. @returns what it printed */
  ok(line: string, options?: LineOptions): Promise<string>;
  /** Runs a line that must fail. @returns what it said on stderr */
  fails(line: string, options?: LineOptions): Promise<string>;
  /** Runs a line again and again until it succeeds and what it printed is as wanted. @returns that */
  until(line: string, wanted: RegExp | ((stdout: string) => boolean), patienceMs?: number): Promise<string>;
  background(line: string): Background;
}

const LINE_PATIENCE_MS = 90_000;
const CONDITION_PATIENCE_MS = 40_000;
const PAUSE_MS = 100;

/** @param enter words put before `sh`, such as those that enter a network namespace */
export function createShell(cwd: string, env: Readonly<Record<string, string>>, enter: readonly string[] = []): Shell {
  const start = (line: string, options: LineOptions = {}) => {
    const command = [...enter, "sh", "-c", line];
    const child = spawn(command[0]!, command.slice(1), {
      cwd,
      env: { ...process.env, ...env, ...options.env },
      detached: true,
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
    return follow(child);
  };
  const run = async (line: string, options?: LineOptions) => {
    const following = start(line, options);
    const impatient = setTimeout(() => following.kill("SIGKILL"), LINE_PATIENCE_MS);
    const result = await following.ended;
    clearTimeout(impatient);
    return result;
  };
  return {
    run,
    ok: async (line, options) => {
      const result = await run(line, options);
      assert.equal(result.code, 0, told(line, result));
      return result.stdout;
    },
    fails: async (line, options) => {
      const result = await run(line, options);
      assert.notEqual(result.code, 0, told(line, result));
      return result.stderr;
    },
    until: async (line, wanted, patienceMs = CONDITION_PATIENCE_MS) => {
      const fits = wanted instanceof RegExp ? (text: string) => wanted.test(text) : wanted;
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const result = await run(line);
        if (result.code === 0 && fits(result.stdout)) return result.stdout;
        if (Date.now() > deadline) assert.fail(`not as wanted (${String(wanted)}) in time: ${told(line, result)}`);
        await sleep(PAUSE_MS);
      }
    },
    background: (line) => {
      const following = start(line);
      const stop = () => {
        following.kill("SIGTERM");
        return following.ended;
      };
      return {
        output: following.output,
        shows: async (pattern, patienceMs = CONDITION_PATIENCE_MS) => {
          const deadline = Date.now() + patienceMs;
          while (!pattern.test(following.output())) {
            if (Date.now() > deadline) assert.fail(`$ ${line}\nnever showed ${pattern}:\n${following.output()}`);
            await sleep(PAUSE_MS);
          }
          return following.output();
        },
        stop,
        [Symbol.asyncDispose]: async () => void (await stop()),
      };
    },
  };
}

function follow(child: ChildProcess) {
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Result>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ stdout, stderr, code }));
  });
  const kill = (signal: NodeJS.Signals) => {
    // The line's whole process group, since a pipe is several processes.
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      process.kill(-child.pid, signal);
  };
  return { ended, kill, output: () => stdout + stderr };
}

function told(line: string, { stdout, stderr, code }: Result): string {
  return `$ ${line}\n${stdout}${stderr}(code ${code})`;
}
