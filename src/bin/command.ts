import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runCli } from "../cli/cli.ts";
import type { CliContext } from "../cli/context.ts";
import { clusterOperations } from "./operations.ts";
import { sentenceOf } from "./sentences.ts";

/** Runs the command line of this process. @returns the exit code. */
export function runCommand(argv: readonly string[]): Promise<number> {
  return runCli(argv, contextOf(), packageVersion());
}

function contextOf(): CliContext {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Whoever asks a second time does not want to wait.
      if (ended.signal.aborted) process.exit(130);
      ended.abort(new Error(`stopped by ${signal}`));
    });
  }
  // A reader that went away (`wherry why … | head`) is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const { signal } = ended;
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    err: (line) => process.stderr.write(`${line}\n`),
    cluster: withSentences(clusterOperations(signal, packageVersion())),
    defaultDataDirectory: process.getuid?.() === 0 ? "/var/lib/wherry" : join(homedir(), ".local/share/wherry"),
    environment: process.env,
    signal,
    now: Date.now,
    wait: (ms) => sleep(ms, undefined, { signal: signal as globalThis.AbortSignal }),
    ask,
  };
}

/** Errors of the system are told to people as what they mean here. */
function withSentences<T extends object>(operations: T): T {
  return new Proxy(operations, {
    get(target, name) {
      const operation = Reflect.get(target, name) as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        const result = operation.apply(target, args);
        return result instanceof Promise
          ? result.catch((error: unknown) => {
              throw new Error(sentenceOf(error), { cause: error });
            })
          : result;
      };
    },
  });
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  using terminal = createInterface({ input: process.stdin, output: process.stdout });
  return await terminal.question(question);
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
