import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { ToolError } from "./nft.ts";

/**
 * Each line is one transaction, so that one which is cut short, because its sender died, is never carried out: `read` fails at a
 * line without an end.
 */
const SCRIPT = `while IFS= read -r line; do printf '%s\\n' "$line" | "$@" 2>&1; echo "exit $?"; done`;

/** The shell reads byte by byte: what is longer is better given to nft itself. */
export const LONGEST_LINE = 32_768;

/**
 * A shell that stays, and starts nft for each transaction. To start a program costs a process as large as an agent 3 ms of CPU, and
 * stops it for as long as the kernel needs to copy what it knows of its memory; the shell is small. Runs one at a time.
 */
export class NftShell implements Disposable {
  readonly #command: readonly string[];
  #shell: ChildProcessWithoutNullStreams | undefined;

  /** @param nft how the program is called */
  constructor(nft: readonly string[]) {
    this.#command = [...nft, "-f", "-"];
  }

  /** Carries out a transaction whose lines are commands. Throws {@link ToolError}. */
  async run(text: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const shell = (this.#shell ??= this.#start());
    const output = Promise.withResolvers<string>();
    let seen = "";
    const onData = (data: string) => {
      seen += data;
      if (/^exit \d+\n$/m.test(seen.slice(-12))) output.resolve(seen);
    };
    const onEnd = () => output.reject(new ToolError(this.#command, 128, `${seen}\nits shell has ended`));
    const onAbort = () => output.reject(signal.reason as Error);
    shell.stdout.on("data", onData);
    shell.once("close", onEnd).once("error", output.reject);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      hold(shell, true);
      shell.stdin.write(`${text.trimEnd().split("\n").join("; ")}\n`);
      const [, said, code] = /^([\s\S]*?)exit (\d+)\n$/.exec(await output.promise) as unknown as [
        string,
        string,
        string,
      ];
      if (code !== "0") throw new ToolError(this.#command, Number(code), said);
    } catch (error) {
      // Whatever else it was about to do is not wanted any more.
      if (!(error instanceof ToolError) || error.exitCode === 128) this.#end();
      throw error;
    } finally {
      shell.stdout.off("data", onData);
      shell.off("close", onEnd).off("error", output.reject);
      signal.removeEventListener("abort", onAbort);
      hold(shell, false);
    }
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  #start(): ChildProcessWithoutNullStreams {
    const shell = spawn("sh", ["-c", SCRIPT, "wherry-nft", ...this.#command], { detached: true });
    shell.stdout.setEncoding("utf8");
    // What is wrong is seen by whoever waits for an answer.
    for (const emitter of [shell, shell.stdin]) emitter.on("error", () => {});
    shell.once("close", () => {
      if (this.#shell === shell) this.#shell = undefined;
    });
    return shell;
  }

  /** With what it runs at the moment. */
  #end(): void {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell?.pid === undefined || shell.exitCode !== null || shell.signalCode !== null) return;
    try {
      process.kill(-shell.pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** A shell that waits for work keeps no program from ending. */
function hold(shell: ChildProcessWithoutNullStreams, isNeeded: boolean): void {
  const verb = isNeeded ? "ref" : "unref";
  shell[verb]();
  for (const stream of [shell.stdin, shell.stdout, shell.stderr])
    (stream as Partial<Record<typeof verb, () => void>>)[verb]?.();
}
