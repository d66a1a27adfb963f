import { join } from "node:path";
import type { Log } from "../base/log.ts";
import { type SupervisedChild, superviseChild } from "../host/node/processes/child.ts";
import { placesOf } from "./places.ts";

/**
 * How large the heap for new objects may grow, in MiB. The server allocates by the request; an agent is idle nearly always,
 * and what its heap once took it would keep.
 */
const YOUNG_HEAP = { server: "--max-semi-space-size=16", agent: "--max-semi-space-size=2" } as const;

export interface ChildParts {
  readonly dataDirectory: string;
  /** The command that runs this program: the pinned Node and the script, with absolute paths. */
  readonly self: readonly string[];
  readonly log: Log;
}

/** Starts a process of a cluster, and again whenever it dies. @param enter the words before its command @param options as JSON */
export function startChild(
  name: "server" | "agent",
  enter: readonly string[],
  options: object,
  { self, dataDirectory, log }: ChildParts,
): Promise<SupervisedChild> {
  const [node, ...script] = self as [string, ...string[]];
  const command = [...enter, node, YOUNG_HEAP[name], ...script, name, JSON.stringify(options)];
  return superviseChild({ name, command, logFile: join(placesOf(dataDirectory).logs, `${name}.log`), log });
}
