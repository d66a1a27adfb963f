/** One line of a log as CRI runtimes write it: `2026-01-01T00:00:00.000000000Z stdout F text`. */
export interface LogLine {
  /** As written, RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  /** The line goes on in the next one. */
  readonly partial: boolean;
  readonly text: Uint8Array;
}

const SPACE = 0x20;

/** Reads a line without its newline; undefined where it is none. */
export function parseLogLine(bytes: Uint8Array): LogLine | undefined {
  const first = bytes.indexOf(SPACE);
  const second = bytes.indexOf(SPACE, first + 1);
  const third = bytes.indexOf(SPACE, second + 1);
  if (first < 0 || second < 0) return undefined;
  const decoder = new TextDecoder();
  const stream = decoder.decode(bytes.subarray(first + 1, second));
  if (stream !== "stdout" && stream !== "stderr") return undefined;
  const tags = decoder.decode(bytes.subarray(second + 1, third < 0 ? bytes.length : third)).split(":");
  return {
    time: decoder.decode(bytes.subarray(0, first)),
    stream,
    partial: tags[0] === "P",
    text: third < 0 ? new Uint8Array(0) : bytes.subarray(third + 1),
  };
}

/** Nanoseconds since the epoch; 0 for what is no time. */
export function logTime(text: string): bigint {
  const found = /^(.*?)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (found === null) return 0n;
  const ms = Date.parse(`${found[1]}${found[3]}`);
  if (Number.isNaN(ms)) return 0n;
  return BigInt(ms) * 1_000_000n + BigInt((found[2] ?? "").padEnd(9, "0") || "0");
}
