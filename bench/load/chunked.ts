const CRLF = Buffer.from("\r\n");
const HEAD_END = Buffer.from("\r\n\r\n");

/** What is expected next of an answer: its head, the line with a chunk's length, its bytes, or the end of line after them. */
type Expected = "head" | "length" | "bytes" | "line end";

export interface ChunkedReader {
  /** The status, once the head has come. */
  readonly status: number | undefined;
  /** The last chunk has come. */
  readonly ended: boolean;
  /** Takes what came; returns the pieces of the body in it. */
  read(bytes: Buffer): readonly Buffer[];
}

/** Reads the answer of a watch: the body without HTTP's chunks, which may cut any word in two. */
export function chunkedReader(): ChunkedReader {
  let expected: Expected = "head";
  let rest: Buffer = Buffer.alloc(0);
  let missing = 0;
  let status: number | undefined;
  let ended = false;
  return {
    get status() {
      return status;
    },
    get ended() {
      return ended;
    },
    read(bytes) {
      const pieces: Buffer[] = [];
      let left = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      while (!ended) {
        if (expected === "bytes") {
          const piece = left.subarray(0, missing);
          if (piece.length > 0) pieces.push(piece);
          missing -= piece.length;
          left = left.subarray(piece.length);
          if (missing > 0) break;
          expected = "line end";
        }
        const mark = expected === "head" ? HEAD_END : CRLF;
        const end = left.indexOf(mark);
        if (end < 0) break;
        const line = left.toString("latin1", 0, end);
        left = left.subarray(end + mark.length);
        if (expected === "head") status = Number(line.slice(9, 12));
        if (expected !== "length") {
          expected = "length";
          continue;
        }
        missing = Number.parseInt(line, 16);
        ended = missing === 0;
        expected = "bytes";
      }
      rest = expected === "bytes" ? Buffer.alloc(0) : left;
      return pieces;
    },
  };
}
