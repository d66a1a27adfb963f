import { encodeBatch, decodeBatch } from "./batch-format.ts";
import type { Entry } from "./contract.ts";
import type { Engine, EngineRecord } from "./engine.ts";

/**
 * A snapshot is the same whichever engine it comes from, so that it can be restored to any: a title line, then blocks of
 * `u32 length, u32 CRC-32 of the payload, payload`, each payload a batch. An empty block ends it, so a cut-off copy is
 * told from a whole one. The entries are those of the store's image, which never change once they are there: writes go on.
 */
export async function* writeSnapshot({ revision, entries, recordsAfter }: SnapshotSource): AsyncGenerator<Uint8Array> {
  yield TITLE;
  for (let start = 0; start < entries.length; start += BLOCK_ENTRIES) {
    const changes = entries.slice(start, start + BLOCK_ENTRIES).map((entry) => ({
      key: entry.key,
      revision: entry.revision,
      replaces: 0,
      bytes: entry.bytes,
    }));
    yield block(encodeBatch({ revision, changes, records: [] }));
  }
  for (let after = 0; after < revision;) {
    const page = await recordsAfter(after, BLOCK_RECORDS);
    if (page.length === 0) break;
    const records = page.filter(({ record }) => record.revision <= revision);
    yield block(encodeBatch({ revision, changes: [], records }));
    after = page.at(-1)!.record.revision;
  }
  yield block(encodeBatch({ revision, changes: [], records: [] }));
  yield block(new Uint8Array(0));
}

export interface SnapshotSource {
  readonly revision: number;
  readonly entries: readonly Entry<unknown>[];
  recordsAfter(revision: number, limit: number): Promise<readonly EngineRecord[]>;
}

/**
 * Writes a snapshot to an engine that was never written to. When it throws, the engine may hold a part of it and must
 * be thrown away. @throws {SnapshotDamaged} when this is no snapshot, or not a whole one.
 */
export async function restoreSnapshot(engine: Engine, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const source = new ByteSource(chunks);
  const title = await source.take(TITLE.length);
  if (title === undefined || !TITLE.every((byte, index) => byte === title[index])) {
    throw new SnapshotDamaged("this is not a snapshot of a store, or one of another version");
  }
  for (;;) {
    const head = await source.take(8);
    if (head === undefined) throw new SnapshotDamaged("the snapshot is cut off");
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const length = view.getUint32(0, true);
    if (length === 0) return;
    const payload = await source.take(length);
    if (payload === undefined) throw new SnapshotDamaged("the snapshot is cut off");
    if (crc32(payload) !== view.getUint32(4, true)) throw new SnapshotDamaged("the snapshot is damaged");
    await engine.commit(decodeBatch(payload));
  }
}

export class SnapshotDamaged extends Error {}

const TITLE = new TextEncoder().encode("wherry store snapshot 1\n");
const BLOCK_ENTRIES = 256;
const BLOCK_RECORDS = 1024;

function block(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint32(4, crc32(payload), true);
  bytes.set(payload, 8);
  return bytes;
}

/** Cuts a stream of chunks into pieces of wanted lengths. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; undefined when the stream ends before. */
  async take(length: number): Promise<Uint8Array | undefined> {
    const parts = [this.#held];
    let available = this.#held.length;
    while (available < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      parts.push(next.value as Uint8Array<ArrayBuffer>);
      available += next.value.length;
    }
    const joined = parts.length === 1 ? this.#held : join(parts, available);
    this.#held = joined.subarray(length);
    return joined.subarray(0, length);
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as of IEEE 802.3. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let index = 0; index < bytes.length; index++) crc = CRC_TABLE[(crc ^ bytes[index]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
