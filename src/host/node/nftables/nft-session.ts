import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { runTool, ToolError } from "./nft.ts";

/** What is wrong comes in the same stream as the rest, and so before the end of the answer. */
const SCRIPT = 'exec "$@" 2>&1';
/** Asks for something that nft knows by heart; when it is answered, the transaction before it has been carried out. */
const MARK = "describe ip ttl";
const ANSWER = /^(?:.*\n)*.*payload expression, datatype .*\n/;
/** What is not longer goes to nft as a whole or not at all, whenever its sender dies: half a line would be carried out, too. */
const LONGEST_LINE = 4_096;
/** nft remembers every line as long as it runs. */
const MOST_LINES = 500;

type Session = ChildProcessByStdio<Writable, Readable, null>;

/**
 * An nft that stays. To start a program costs a process as large as an agent 3 ms of CPU and holds it up for longer, and nft itself
 * takes some ms to start: more than a small transaction. What is long, and what finds no nft that stays, gets an nft of its own.
 * Runs one transaction at a time.
 */
export class NftSession implements Disposable {
  readonly #nft: readonly string[];
  #session: Session | undefined;
  #lines = 0;

  /** @param nft how the program is called */
  constructor(nft: readonly string[]) {
    this.#nft = nft;
  }

  /** Carries out a transaction whose lines are commands. Throws {@link ToolError}. */
  async run(text: string, signal: AbortSignal): Promise<void> {
    const line = `${text.trimEnd().split("\n").join("; ")}\n`;
    if (line.length <= LONGEST_LINE) {
      const said = await this.#ask(line, signal);
      if (said !== undefined) {
        if (/\bError: /.test(said)) throw new ToolError([...this.#nft, "-i"], 1, said);
        return;
      }
    }
    await runTool([...this.#nft, "-f", "-"], { signal, input: text });
  }

  [Symbol.dispose](): void {
    this.#end();
  }

  /** What nft says to a line; undefined where there is none that stays. */
  async #ask(line: string, signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const session = (this.#session ??= this.#start());
    const output = Promise.withResolvers<string | undefined>();
    let seen = "";
    const onData = (data: string) => {
      seen += data;
      if (ANSWER.test(seen)) output.resolve(seen);
    };
    const onEnd = () => output.resolve(undefined);
    const onAbort = () => output.reject(signal.reason as Error);
    session.stdout.on("data", onData);
    session.once("close", onEnd).once("error", onEnd);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      hold(session, true);
      session.stdin.write(`${line}${MARK}\n`);
      return await output.promise;
    } catch (error) {
      // Whatever else it was about to do is not wanted any more.
      this.#end();
      throw error;
    } finally {
      session.stdout.off("data", onData);
      session.off("close", onEnd).off("error", onEnd);
      signal.removeEventListener("abort", onAbort);
      hold(session, false);
      this.#lines += 1;
      if (this.#lines >= MOST_LINES) this.#end();
    }
  }

  #start(): Session {
    // Where there is no home, nft keeps no history of what it was told.
    const env = { ...process.env, HOME: "/dev/null" };
    const session = spawn("sh", ["-c", SCRIPT, "wherry-nft", ...this.#nft, "-i"], {
      env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#lines = 0;
    session.stdout.setEncoding("utf8");
    // What is wrong is seen by whoever waits for an answer.
    for (const emitter of [session, session.stdin]) emitter.on("error", () => {});
    session.once("close", () => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  #end(): void {
    this.#session?.kill("SIGKILL");
    this.#session = undefined;
  }
}

/** A session that waits for work keeps no program from ending. */
function hold(session: Session, isNeeded: boolean): void {
  const verb = isNeeded ? "ref" : "unref";
  session[verb]();
  for (const stream of [session.stdin, session.stdout]) (stream as Partial<Record<typeof verb, () => void>>)[verb]?.();
}
