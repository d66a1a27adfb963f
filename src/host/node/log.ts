import type { Writable } from "node:stream";
import type { Log, LogFields, LogLevel } from "../../base/log.ts";
import { createLog } from "../../base/log.ts";

export interface StreamLogOptions {
  readonly format: "logfmt" | "json";
  /** Lines below this level are not written. */
  readonly level: LogLevel;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Beyond this many bytes waiting in the stream, lines are dropped and counted: a stuck terminal must not eat the memory. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log of one line an event. Dropped lines are told of by the next line that finds room. */
export function createStreamLog(stream: Writable, { format, level, now }: StreamLogOptions): Log {
  const line = format === "json" ? jsonLine : logfmtLine;
  let dropped = 0;
  return createLog((at, message, fields) => {
    if (RANK[at] < RANK[level]) return;
    if (stream.writableLength > MOST_WAITING_BYTES) {
      dropped++;
      return;
    }
    const time = new Date(now()).toISOString();
    if (dropped > 0) {
      stream.write(line(time, "warn", "log lines dropped", { count: dropped }));
      dropped = 0;
    }
    stream.write(line(time, at, message, fields));
  });
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const record: Record<string, unknown> = { time, level, message };
  for (const [name, value] of Object.entries(fields)) record[name] = value instanceof Error ? errorText(value) : value;
  return `${JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))}\n`;
}

function logfmtLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${time} ${level.padEnd(5)} ${message}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${name}=${logfmtValue(value)}`;
  }
  return `${line.replaceAll("\n", "\\n")}\n`;
}

function logfmtValue(value: unknown): string {
  if (value instanceof Error) return JSON.stringify(errorText(value));
  if (typeof value === "string") return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === "object" && value !== null) {
    return JSON.stringify(
      JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part)),
    );
  }
  return String(value);
}

/** The message and those of its causes; the stack where there is nothing better to go by. */
function errorText(error: Error): string {
  const cause = error.cause instanceof Error ? `: ${errorText(error.cause)}` : "";
  const expected = error.name !== "TypeError" && error.name !== "ReferenceError" && error.name !== "AssertionError";
  return expected ? `${error.message}${cause}` : `${error.stack ?? error.message}${cause}`;
}
