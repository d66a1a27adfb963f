import type { ResponseBody } from "../http.ts";
import { encodeText, joinBytes } from "./text.ts";

/** Answers up to this size are one piece, with a known length. */
const WHOLE_BYTES = 128 * 1024;
/** How much is written before others get a turn. */
const STEP_BYTES = 256 * 1024;

export interface ListParts {
  readonly head: Uint8Array;
  readonly items: Iterable<Uint8Array>;
  /** What each item lacks at its beginning. */
  readonly before: string;
  readonly tail: Uint8Array;
}

/**
 * The body of a list: `head`, the items with commas between them, `tail`. Short ones are one piece; long ones are written
 * step by step, and the items' bytes are never copied.
 */
export function listBody({ head, items, before, tail }: ListParts): ResponseBody {
  const pieces = piecesOf(items, encodeText(before), encodeText(`,${before}`));
  const first = nextStep(pieces, [head], WHOLE_BYTES);
  if (first.done) return joinBytes([...first.pieces, tail]);
  return { type: "chunks", compressible: true, chunks: rest(first.pieces, pieces, tail) };
}

function* piecesOf(items: Iterable<Uint8Array>, opening: Uint8Array, separator: Uint8Array): Generator<Uint8Array> {
  let between = opening;
  for (const item of items) {
    if (between.length > 0) yield between;
    between = separator;
    yield item;
  }
}

function* rest(
  first: readonly Uint8Array[],
  pieces: Iterator<Uint8Array>,
  tail: Uint8Array,
): Iterable<readonly Uint8Array[]> {
  yield first;
  for (;;) {
    const step = nextStep(pieces, [], STEP_BYTES);
    if (step.done) {
      yield [...step.pieces, tail];
      return;
    }
    yield step.pieces;
  }
}

function nextStep(
  source: Iterator<Uint8Array>,
  pieces: Uint8Array[],
  limit: number,
): { readonly pieces: readonly Uint8Array[]; readonly done: boolean } {
  let bytes = 0;
  while (bytes < limit) {
    const next = source.next();
    if (next.done === true) return { pieces, done: true };
    pieces.push(next.value);
    bytes += next.value.length;
  }
  return { pieces, done: false };
}
