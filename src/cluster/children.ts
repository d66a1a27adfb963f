import { join } from "node:path";
import type { Log } from "../base/log.ts";
import { type SupervisedChild, superviseChild } from "../host/node/processes/child.ts";
import { placesOf } from "./places.ts";

/**
 * The heap for new objects, in MiB: the server allocates by the request; an agent is idle nearly always, and what its heap once
 * took it would keep. By how many percent the server's heap grows before it looks for garbage again: by itself it takes up to
 * four times what it needs. Each thread of the process has a heap by these flags: beside them V8 heeds no limits of a thread's own.
 */
const HEAP = {
  server: ["--max-semi-space-size=16", "--heap-growing-percent=100"],
  agent: ["--max-semi-space-size=2"],
} as const;

export interface ChildParts {
  readonly dataDirectory: string;
  /** The command that runs this program: the pinned Node and the script, with absolute paths. */
  readonly self: readonly string[];
  readonly log: Log;
}

/**
 * Starts a process of a cluster, and again whenever it dies.
 * @param called what it and its log are called
 * @param enter gives the words before its command, at each start
 * @param options as JSON
 */
export function startChild(
  program: "server" | "agent",
  called: string,
  enter: () => Promise<readonly string[]>,
  options: object,
  { self, dataDirectory, log }: ChildParts,
): Promise<SupervisedChild> {
  const [node, ...script] = self as [string, ...string[]];
  const own = [node, ...HEAP[program], ...script, program, JSON.stringify(options)];
  const command = async () => [...(await enter()), ...own];
  return superviseChild({ name: called, command, logFile: join(placesOf(dataDirectory).logs, `${called}.log`), log });
}
