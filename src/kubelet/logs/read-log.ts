import type { Disk, OpenFile } from "../ports/disk.ts";
import type { LogLine } from "./cri-line.ts";
import { logTime, parseLogLine } from "./cri-line.ts";
import { tailPosition } from "./last-lines.ts";

/** What `kubectl logs` asks for. */
export interface LogRequest {
  readonly follow: boolean;
  /** Undefined: all. */
  readonly tailLines: number | undefined;
  /** Lines before this moment are left out; nanoseconds since the epoch. */
  readonly since: bigint;
  readonly timestamps: boolean;
  /** Undefined: no limit. */
  readonly limitBytes: number | undefined;
  readonly streams: "All" | "Stdout" | "Stderr";
}

export interface LogSource {
  readonly disk: Disk;
  readonly path: string;
  /** Whether more may be written. */
  isRunning(): boolean;
  readonly signal: AbortSignal;
}

const CHUNK = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * The lines of a container's log, in pieces as they are read: a log is never held as a whole. Following goes on into a new
 * file when the log is rotated, and ends some time after the container has.
 */
export async function* readLog(source: LogSource, request: LogRequest): AsyncGenerator<readonly Uint8Array[]> {
  const { disk, path, signal } = source;
  const output = new LineOutput(request);
  const stopping = new AbortController();
  const changes = request.follow
    ? disk.changes(path, { signal: AbortSignal.any([signal, stopping.signal]) })[Symbol.asyncIterator]()
    : undefined;
  let file = await disk.open(path);
  try {
    const size = await file.size();
    let position = request.tailLines === undefined ? 0 : await tailPosition(file, request.tailLines, size);
    while (!signal.aborted) {
      // Asked before reading: what is written until the end is then read, too.
      const running = source.isRunning();
      for await (const read of linesFrom(file, position)) {
        position = read.position;
        const lines = output.take(read.lines);
        if (lines.length > 0) yield lines;
        if (output.full) return;
      }
      if (changes === undefined) {
        const rest = await lastPiece(file, position);
        if (rest !== undefined) yield output.take([rest]);
        return;
      }
      const next = await replacement(disk, path, file.identity);
      if (next !== undefined) {
        await file[Symbol.asyncDispose]();
        file = next;
        position = 0;
        continue;
      }
      if (!running) return;
      await changes.next();
    }
  } finally {
    stopping.abort();
    await file[Symbol.asyncDispose]();
  }
}

/** Whole lines from a position to the end of what is there. */
async function* linesFrom(
  file: OpenFile,
  from: number,
): AsyncGenerator<{ readonly lines: readonly LogLine[]; readonly position: number }> {
  let position = from;
  let length = CHUNK;
  while (true) {
    const bytes = await file.read(position, length);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      if (bytes.length < length) return;
      // A line longer than the piece.
      length *= 2;
      continue;
    }
    length = CHUNK;
    position += end;
    yield { lines: parsed(bytes.subarray(0, end)), position };
  }
}

function parsed(bytes: Uint8Array): LogLine[] {
  const lines: LogLine[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const line = parseLogLine(bytes.subarray(start, end));
    if (line !== undefined) lines.push(line);
    start = end + 1;
  }
  return lines;
}

/** The unfinished line at the end, if the writer died in the middle of it. */
async function lastPiece(file: OpenFile, position: number): Promise<LogLine | undefined> {
  const bytes = await file.read(position, CHUNK);
  return bytes.length === 0 ? undefined : parseLogLine(bytes);
}

/** The file that now has the log's name, if it is another one. */
async function replacement(disk: Disk, path: string, identity: string): Promise<OpenFile | undefined> {
  if ((await disk.stat(path)) === undefined) return undefined;
  const file = await disk.open(path);
  if (file.identity !== identity) return file;
  await file[Symbol.asyncDispose]();
  return undefined;
}

/** Turns lines into what the reader gets: timestamps, chosen streams, and no more bytes than asked for. */
class LineOutput {
  readonly #request: LogRequest;
  readonly #encoder = new TextEncoder();
  #left: number;
  #atStart = true;

  constructor(request: LogRequest) {
    this.#request = request;
    this.#left = request.limitBytes ?? Infinity;
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  take(lines: readonly LogLine[]): readonly Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (const line of lines) {
      if (this.full) break;
      const atStart = this.#atStart;
      this.#atStart = !line.partial;
      if (this.#request.since > 0n && logTime(line.time) < this.#request.since) continue;
      if (this.#request.streams !== "All" && this.#request.streams.toLowerCase() !== line.stream) continue;
      if (this.#request.timestamps && atStart)
        this.#push(chunks, this.#encoder.encode(`${withNanoseconds(line.time)} `));
      this.#push(chunks, line.text);
      if (!line.partial) this.#push(chunks, Uint8Array.of(NEWLINE));
    }
    return chunks;
  }

  #push(chunks: Uint8Array[], bytes: Uint8Array): void {
    if (bytes.length === 0 || this.full) return;
    const cut = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes;
    this.#left -= cut.length;
    chunks.push(cut);
  }
}

/** Always nine decimals, so that times stand below each other. */
function withNanoseconds(time: string): string {
  return time.replace(/(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/, (_all, digits: string | undefined, zone: string) => {
    return `.${(digits ?? "").padEnd(9, "0").slice(0, 9)}${zone}`;
  });
}
