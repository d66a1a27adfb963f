import type { ChunkedBody, ResponseBody } from "../http.ts";
import { encodeText, joinBytes } from "./text.ts";

/** Answers up to this size are one piece, with a known length. */
const WHOLE_BYTES = 128 * 1024;
/** How much is written before others get a turn. */
const STEP_BYTES = 256 * 1024;

const COMMA = encodeText(",");

/**
 * The body of a list: `head`, the items with commas between them, `tail`. Short ones are one piece; long ones are written
 * step by step, and the items' bytes are never copied.
 */
export function listBody(head: Uint8Array, items: Iterable<Uint8Array>, tail: Uint8Array): ResponseBody {
  const iterator = items[Symbol.iterator]();
  const first = nextStep(iterator, [head], WHOLE_BYTES, true);
  if (first.done) return joinBytes([...first.pieces, tail]);
  const body: ChunkedBody = { type: "chunks", chunks: rest(first.pieces, iterator, tail) };
  return body;
}

function* rest(
  first: readonly Uint8Array[],
  iterator: Iterator<Uint8Array>,
  tail: Uint8Array,
): Iterable<readonly Uint8Array[]> {
  yield first;
  for (;;) {
    const step = nextStep(iterator, [], STEP_BYTES, false);
    if (step.done) {
      yield [...step.pieces, tail];
      return;
    }
    yield step.pieces;
  }
}

function nextStep(
  iterator: Iterator<Uint8Array>,
  pieces: Uint8Array[],
  limit: number,
  atStart: boolean,
): { readonly pieces: readonly Uint8Array[]; readonly done: boolean } {
  let bytes = 0;
  let isFirst = atStart;
  while (bytes < limit) {
    const next = iterator.next();
    if (next.done === true) return { pieces, done: true };
    if (!isFirst) pieces.push(COMMA);
    isFirst = false;
    pieces.push(next.value);
    bytes += next.value.length + 1;
  }
  return { pieces, done: false };
}
