const LOAD = 1;
const DYNAMIC = 2;
const INTERPRETER = 3;
const TAG_NEEDED = 1;
const TAG_STRINGS = 5;

/** The shared libraries that a 64-bit little-endian ELF file asks for (`libc.so.6`), and its interpreter's absolute path. */
export function neededLibraries(file: Buffer): readonly string[] {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2) return [];
  const segments = programHeaders(file);
  const dynamic = segments.find(({ type }) => type === DYNAMIC);
  const interpreter = segments.find(({ type }) => type === INTERPRETER);
  const needed = interpreter === undefined ? [] : [textAt(file, interpreter.offset)];
  if (dynamic === undefined) return needed;
  const names: number[] = [];
  let strings = 0;
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    const tag = Number(file.readBigInt64LE(at));
    const value = Number(file.readBigUInt64LE(at + 8));
    if (tag === 0) break;
    if (tag === TAG_NEEDED) names.push(value);
    if (tag === TAG_STRINGS) strings = fileOffset(segments, value);
  }
  return [...needed, ...names.map((name) => textAt(file, strings + name))];
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function programHeaders(file: Buffer): readonly Segment[] {
  const start = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = start + index * size;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

function fileOffset(segments: readonly Segment[], address: number): number {
  const segment = segments.find(
    (item) => item.type === LOAD && address >= item.address && address < item.address + item.size,
  );
  return segment === undefined ? address : address - segment.address + segment.offset;
}

function textAt(file: Buffer, start: number): string {
  return file.toString("latin1", start, file.indexOf(0, start));
}
