import type { EngineBatch, EngineChange, EngineRecord } from "./engine.ts";

/**
 * The one binary form of a batch: on its way to an engine's thread, back from it at load, and in a snapshot.
 *
 *     header   f64 revision, u32 changes, u32 records
 *     change   f64 revision, f64 replaces, u32 key length, u32 value length + 1 (0: a removal), key, value
 *     record   f64 revision, f64 at, u32 key length, u32 text length, key, text (the record as JSON in UTF-8)
 *
 * Numbers are little-endian; keys are ASCII, a byte a letter.
 */
export function encodeBatch(batch: EngineBatch): Uint8Array<ArrayBuffer> {
  const texts = batch.records.map(({ record }) => encoder.encode(JSON.stringify(record)));
  let length = HEADER_BYTES + (batch.changes.length + batch.records.length) * ITEM_BYTES;
  for (const { key, bytes } of batch.changes) length += key.length + (bytes === undefined ? 0 : bytes.length);
  for (const [index, { key }] of batch.records.entries()) length += key.length + texts[index]!.length;

  const target = new Uint8Array(length);
  const view = new DataView(target.buffer);
  view.setFloat64(0, batch.revision, true);
  view.setUint32(8, batch.changes.length, true);
  view.setUint32(12, batch.records.length, true);
  let offset = HEADER_BYTES;
  for (const { key, revision, replaces, bytes } of batch.changes) {
    offset = writeItem(
      target,
      view,
      offset,
      revision,
      replaces,
      key,
      bytes === undefined ? 0 : bytes.length + 1,
      bytes,
    );
  }
  for (const [index, { key, record }] of batch.records.entries()) {
    const text = texts[index]!;
    offset = writeItem(target, view, offset, record.revision, record.at, key, text.length, text);
  }
  return target;
}

export interface BatchReader {
  /** `bytes` is a view of what is read; absent for a removal. */
  change(key: string, revision: number, replaces: number, bytes: Uint8Array | undefined): void;
  /** `text` is the record as JSON, a view of what is read. */
  record(key: string, revision: number, at: number, text: Uint8Array): void;
}

/** Reads an encoded batch, calling the reader for each item in order; returns the batch's revision. */
export function readBatch(source: Uint8Array, reader: BatchReader): number {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  const changes = view.getUint32(8, true);
  const items = changes + view.getUint32(12, true);
  let offset = HEADER_BYTES;
  for (let index = 0; index < items; index++) {
    const revision = view.getFloat64(offset, true);
    const second = view.getFloat64(offset + 8, true);
    const keyLength = view.getUint32(offset + 16, true);
    const size = view.getUint32(offset + 20, true);
    const keyStart = offset + ITEM_BYTES;
    const start = keyStart + keyLength;
    const key = readKey(source, keyStart, start);
    if (index >= changes) {
      offset = start + size;
      reader.record(key, revision, second, source.subarray(start, offset));
    } else if (size === 0) {
      offset = start;
      reader.change(key, revision, second, undefined);
    } else {
      offset = start + size - 1;
      reader.change(key, revision, second, source.subarray(start, offset));
    }
  }
  return view.getFloat64(0, true);
}

/** An encoded batch as data; its values are copies. */
export function decodeBatch(source: Uint8Array): EngineBatch {
  const changes: EngineChange[] = [];
  const records: EngineRecord[] = [];
  const newest = readBatch(source, {
    change: (key, revision, replaces, bytes) =>
      changes.push(
        bytes === undefined ? { key, revision, replaces } : { key, revision, replaces, bytes: bytes.slice() },
      ),
    record: (key, _revision, _at, text) => records.push({ key, record: JSON.parse(decoder.decode(text)) }),
  });
  return { revision: newest, changes, records };
}

const HEADER_BYTES = 16;
const ITEM_BYTES = 24;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function writeItem(
  target: Uint8Array,
  view: DataView,
  offset: number,
  revision: number,
  second: number,
  key: string,
  size: number,
  bytes: Uint8Array | undefined,
): number {
  view.setFloat64(offset, revision, true);
  view.setFloat64(offset + 8, second, true);
  view.setUint32(offset + 16, key.length, true);
  view.setUint32(offset + 20, size, true);
  let end = offset + ITEM_BYTES;
  for (let index = 0; index < key.length; index++) target[end++] = key.charCodeAt(index);
  if (bytes === undefined) return end;
  target.set(bytes, end);
  return end + bytes.length;
}

function readKey(source: Uint8Array, start: number, end: number): string {
  let key = "";
  for (let index = start; index < end; index++) key += String.fromCharCode(source[index]!);
  return key;
}
